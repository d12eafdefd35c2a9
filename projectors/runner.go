package projectors

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/telemetry"
)

// ErrUnknownProjection is a name that this process has no projection for.
var ErrUnknownProjection = errors.New("unknown projection")

// errClosed is a task that was asked of a runner which has ended.
var errClosed = errors.New("projections have ended")

// defaultAckWait is how long a dead process keeps its events from the others. A living one says that it is
// still at work long before, so slow writes don't need more.
const defaultAckWait = 5 * time.Second

// Deps are what a runner works with.
type Deps struct {
	Conn    *jetstream.Conn
	Log     *slog.Logger
	AckWait time.Duration      // 0 for five seconds
	Tracing *telemetry.Tracing // nil for none
	// Everywhere are the names of all projections, also of those that other processes run: a deleted user is
	// erased once each of them has done so. nil for those of this runner.
	Everywhere []string
}

// Runner runs projections, each with its own place in the stream, so that one that is slow or stopped holds
// up no other. Several processes may run the same ones.
type Runner struct {
	id      string
	deps    Deps
	workers []*worker
	eraser  *worker // nil where no projection here may see accounts
	stores
	erased *erased
	life   context.Context //nolint:containedctx // ends with Run; tasks from other callers end with it
	end    context.CancelFunc

	mu     sync.Mutex
	closed bool
	tasks  sync.WaitGroup
}

// NewRunner makes a runner; Run starts it.
func NewRunner(deps Deps, projections ...Projection) *Runner {
	if deps.AckWait <= 0 {
		deps.AckWait = defaultAckWait
	}
	r := &Runner{id: rand.Text(), deps: deps, erased: &erased{}}
	r.stores = stores{parking: &parking{conn: deps.Conn}, checkpoints: &checkpoints{conn: deps.Conn}}
	r.life, r.end = context.WithCancel(context.Background())
	for _, projection := range projections {
		r.workers = append(r.workers, newWorker(r.id, deps, projection, r.stores, r.erased))
	}
	if slices.ContainsFunc(r.workers, func(w *worker) bool { return slices.Contains(w.spec.Filters, events.AllUsers) }) {
		// Its own, empty set: an erasure that failed halfway must be tried again.
		r.eraser = newWorker(r.id, deps, &erasure{runner: r}, r.stores, &erased{})
	}
	return r
}

// Run keeps the views up to date until the context ends. Then it lets the writes under way end,
// acknowledges them, gives back what it had not begun, and returns nil. It waits for a server that isn't
// there yet.
func (r *Runner) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, w := range r.workers {
		running.Go(func() { w.run(ctx) })
	}
	if r.eraser != nil {
		running.Go(func() { r.eraser.run(ctx) })
	}
	running.Wait()
	r.close()
	return nil
}

// close ends the tasks of other callers and waits for them.
func (r *Runner) close() {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	r.end()
	r.tasks.Wait()
}

// begin starts a task that must end before the runner does.
func (r *Runner) begin(ctx context.Context) (context.Context, func(), error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return nil, nil, errClosed
	}
	r.tasks.Add(1)
	ctx, cancel := context.WithCancel(ctx)
	unhook := context.AfterFunc(r.life, cancel)
	return ctx, func() {
		unhook()
		cancel()
		r.tasks.Done()
	}, nil
}

// Names lists the projections of this process.
func (r *Runner) Names() []string {
	names := make([]string, len(r.workers))
	for i, w := range r.workers {
		names[i] = w.spec.Name
	}
	return names
}

// Status tells how far each projection is.
func (r *Runner) Status(ctx context.Context) ([]Status, error) {
	list := make([]Status, 0, len(r.workers))
	for _, w := range r.workers {
		status, err := w.status(ctx)
		if err != nil {
			return nil, err
		}
		list = append(list, status)
	}
	return list, nil
}

// all gives the workers of the projections, and that of the erasure of users, which has no view.
func (r *Runner) all() []*worker {
	if r.eraser == nil {
		return r.workers
	}
	return append(slices.Clone(r.workers), r.eraser)
}

// Parked lists the events that were put aside, by whatever process, each projection's in the order of the
// stream.
func (r *Runner) Parked(ctx context.Context) ([]ParkedEvent, error) { return r.parking.list(ctx, "") }

// Rebuild builds a projection's view anew from the stream, beside the one that serves, and swaps them once.
// Progress, if not nil, is called now and then. It stops at an event that can't be applied, and names it; then the old
// view goes on serving. ErrUnknownProjection, or ErrRebuilding if it is being done already.
func (r *Runner) Rebuild(ctx context.Context, name string, progress func(Progress)) error {
	return r.RebuildCompared(ctx, name, progress, nil)
}

// RebuildCompared is Rebuild, and has the new view compared before it serves, where that can tell what it has.
func (r *Runner) RebuildCompared(ctx context.Context, name string, progress func(Progress), compare Compare) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	return r.rebuild(ctx, w, w.anew, progress, compare)
}

// Rollback brings the view back that the last rebuild replaced, with what came since, as a rebuild puts a new one in
// place. The error is ErrNoOld where none is kept, or one of Rebuild.
func (r *Runner) Rollback(ctx context.Context, name string, progress func(Progress)) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	return r.rebuild(ctx, w, w.old, progress, nil)
}

// DropOld removes the view that the last rebuild replaced. The error is ErrNoOld where none is kept.
func (r *Runner) DropOld(ctx context.Context, name string) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	dropped := false
	if reversible, ok := w.projection.(Reversible); ok {
		if dropped, err = reversible.DropOld(ctx); err != nil {
			return fmt.Errorf("drop the old view of %s: %w", name, err)
		}
	}
	if !dropped {
		return fmt.Errorf("drop the old view of %s: %w", name, ErrNoOld)
	}
	return nil
}

func (r *Runner) rebuild(ctx context.Context, w *worker, begin func(context.Context) (source, error),
	progress func(Progress), compare Compare,
) error {
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	if progress == nil {
		progress = func(Progress) {}
	}
	return w.rebuild(ctx, begin, progress, compare)
}

func (r *Runner) worker(name string) (*worker, error) {
	for _, w := range r.workers {
		if w.spec.Name == name {
			return w, nil
		}
	}
	return nil, fmt.Errorf("%w %q: there are %s", ErrUnknownProjection, name, strings.Join(r.Names(), ", "))
}

// parker gives whoever parked events under a name: the erasure of users does so too, and is no projection to rebuild.
func (r *Runner) parker(name string) (*worker, error) {
	if r.eraser != nil && r.eraser.spec.Name == name {
		return r.eraser, nil
	}
	return r.worker(name)
}

// Collector gives lag, parked, skipped and more of each projection.
func (r *Runner) Collector() prometheus.Collector { return newCollector(r.all()) }
