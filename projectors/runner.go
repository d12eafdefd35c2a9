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
	"golang.org/x/sync/semaphore"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/telemetry"
)

// ErrUnknownProjection means this process has no projection with that name.
var ErrUnknownProjection = errors.New("unknown projection")

// errClosed means the runner has ended.
var errClosed = errors.New("projections have ended")

// defaultAckWait is how long a dead process's events are withheld from others. A live one reports
// progress well before, so slow writes don't need more.
const defaultAckWait = 5 * time.Second

// Deps are a runner's dependencies.
type Deps struct {
	Conn    *jetstream.Conn
	Log     *slog.Logger
	AckWait time.Duration      // 0 means 5 s
	Tracing *telemetry.Tracing // nil for none
	// Everywhere lists all projections, including those of other processes: a deleted user is
	// erased once each has done so. Nil means this runner's.
	Everywhere []string
}

// Runner runs projections, each with its own position in the stream, so that a slow or stopped one
// doesn't affect the others. Several processes may run the same ones.
type Runner struct {
	id      string
	deps    Deps
	workers []*worker
	eraser  *worker // nil if no projection here may see accounts
	stores
	erased *erased
	// erasing admits one erasure at a time. Two of one user would each count what the other left, and
	// the one that removed nothing could report first.
	erasing *semaphore.Weighted
	life    context.Context //nolint:containedctx // ends with Run; tasks from other callers end with it
	end     context.CancelFunc

	mu     sync.Mutex
	closed bool
	tasks  sync.WaitGroup
}

// NewRunner returns a runner; Run starts it.
func NewRunner(deps Deps, projections ...Projection) *Runner {
	if deps.AckWait <= 0 {
		deps.AckWait = defaultAckWait
	}
	r := &Runner{id: rand.Text(), deps: deps, erased: &erased{}, erasing: semaphore.NewWeighted(1)}
	r.stores = stores{parking: &parking{conn: deps.Conn}, checkpoints: &checkpoints{conn: deps.Conn}}
	r.life, r.end = context.WithCancel(context.Background())
	for _, projection := range projections {
		r.workers = append(r.workers, newWorker(r.id, deps, projection, r.stores, r.erased))
	}
	if slices.ContainsFunc(r.workers, func(w *worker) bool { return slices.Contains(w.spec.Filters, events.AllUsers) }) {
		// An empty set of its own: an erasure that failed halfway must be retried.
		r.eraser = newWorker(r.id, deps, &erasure{runner: r}, r.stores, &erased{})
	}
	return r
}

// Run keeps the views up to date until the context ends. Then it finishes running writes,
// acknowledges them, gives back what it hadn't started, and returns nil. It waits if the server
// isn't there yet.
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

// close ends other callers' tasks and waits for them.
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

// Names lists this process's projections.
func (r *Runner) Names() []string {
	names := make([]string, len(r.workers))
	for i, w := range r.workers {
		names[i] = w.spec.Name
	}
	return names
}

// Status returns the status of each projection.
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

// all returns the projections' workers and that of the erasure of users, which has no view.
func (r *Runner) all() []*worker {
	if r.eraser == nil {
		return r.workers
	}
	return append(slices.Clone(r.workers), r.eraser)
}

// Parked lists the events that any process parked, each projection's in stream order.
func (r *Runner) Parked(ctx context.Context) ([]ParkedEvent, error) { return r.parking.list(ctx, "") }

// Rebuild rebuilds a projection's view from the stream beside the serving one and then swaps them.
// It regularly calls progress, which may be nil. At an event that can't be applied it stops and
// names the event, and the old view keeps serving. It returns ErrUnknownProjection, or
// ErrRebuilding if a rebuild is running.
func (r *Runner) Rebuild(ctx context.Context, name string, progress func(Progress)) error {
	return r.RebuildCompared(ctx, name, progress, nil)
}

// RebuildCompared is Rebuild with a comparison before the new view serves, if that has an
// inventory.
func (r *Runner) RebuildCompared(ctx context.Context, name string, progress func(Progress), compare Compare) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	return r.rebuild(ctx, w, w.anew, progress, compare)
}

// Rollback restores the view that the last rebuild replaced, with the events since, like a rebuild.
// It returns ErrNoOld if none is kept, or Rebuild's errors.
func (r *Runner) Rollback(ctx context.Context, name string, progress func(Progress)) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	return r.rebuild(ctx, w, w.old, progress, nil)
}

// DropOld removes the view that the last rebuild replaced. It returns ErrNoOld if none is kept.
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

// parker returns the worker that parked events under a name. That includes the erasure of users,
// which can't be rebuilt.
func (r *Runner) parker(name string) (*worker, error) {
	if r.eraser != nil && r.eraser.spec.Name == name {
		return r.eraser, nil
	}
	return r.worker(name)
}

// Collector exports the lag, parked events and other numbers of each projection.
func (r *Runner) Collector() prometheus.Collector { return newCollector(r.all()) }
