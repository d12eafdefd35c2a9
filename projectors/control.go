package projectors

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"larder.dev/internal/jetstream"
)

// Subjects of requests between processes. They aren't stored in a stream.
const (
	controlStatus  = "larder.control.projectors.status"
	controlParked  = "larder.control.projectors.parked"
	controlErase   = "larder.control.projectors.erase"
	controlRebuild = "larder.control.projectors.rebuild." // + projection
	controlHold    = "larder.control.projectors.hold."    // + projection
	controlRelease = "larder.control.projectors.release." // + projection
	controlRetry   = "larder.control.projectors.retry."   // + projection
	controlDrop    = "larder.control.projectors.drop."    // + projection

	controlFingerprints = "larder.control.projectors.holdings." // + projection
	controlSubjects     = "larder.control.projectors.subjects." // + projection

	controlRollback = "larder.control.projectors.rollback." // + projection
	controlDropOld  = "larder.control.projectors.dropold."  // + projection
)

// A queue group makes just one of several processes handle a request.
const (
	rebuildQueue = "rebuild"
	parkedQueue  = "parked"

	inventoryQueue = "inventory"
)

// command is the body of every request.
type command struct {
	User   string `json:"user,omitempty"`
	Runner string `json:"runner,omitempty"` // the sender, if a runner asks the others

	Sequence uint64   `json:"sequence,omitempty"` // of a parked event
	Subjects []string `json:"subjects,omitempty"`
	Cursor   string   `json:"cursor,omitempty"`
	Compare  bool     `json:"compare,omitempty"` // the caller of a rebuild compares the new view
}

// service is one kind of request.
type service struct {
	subject string
	queue   string
	handle  func(ctx context.Context, cmd command, reply func(any) error) error
}

// ServeControl lets other processes control this runner: the operator's command line through
// Control, and other projector processes. Call stop before closing the connection.
func ServeControl(conn *jetstream.Conn, r *Runner) (stop func(), err error) {
	var stops []func()
	stop = func() {
		for _, end := range stops {
			end()
		}
	}
	for _, s := range r.services() {
		end, err := conn.Serve(s.subject, s.queue, s.handler())
		if err != nil {
			stop()
			return nil, err
		}
		stops = append(stops, end)
	}
	return stop, nil
}

func (s service) handler() jetstream.Handler {
	return func(ctx context.Context, request []byte, reply func([]byte) error) error {
		var cmd command
		if err := json.Unmarshal(request, &cmd); err != nil {
			return fmt.Errorf("read a request on %s: %w", s.subject, err)
		}
		return s.handle(ctx, cmd, func(v any) error {
			data, err := json.Marshal(v)
			if err != nil {
				return fmt.Errorf("answer a request on %s: %w", s.subject, err)
			}
			return reply(data)
		})
	}
}

func (r *Runner) services() []service {
	list := []service{
		{subject: controlStatus, handle: r.serveStatus},
		{subject: controlParked, queue: parkedQueue, handle: r.serveParked},
		{subject: controlErase, handle: r.serveErase},
	}
	for _, w := range r.workers {
		list = append(list,
			service{subject: controlRebuild + w.spec.Name, queue: rebuildQueue, handle: r.serveRebuild(w)},
			service{subject: controlRollback + w.spec.Name, queue: rebuildQueue, handle: r.serveRollback(w)},
			service{subject: controlDropOld + w.spec.Name, queue: rebuildQueue, handle: r.serveDropOld(w)},
			service{subject: controlHold + w.spec.Name, handle: r.serveHold(w)},
			service{subject: controlRelease + w.spec.Name, handle: r.serveRelease(w)},
			service{subject: controlFingerprints + w.spec.Name, queue: inventoryQueue, handle: w.serveFingerprints},
			service{subject: controlSubjects + w.spec.Name, queue: inventoryQueue, handle: w.serveSubjects})
		list = append(list, r.parkedServices(w)...)
	}
	if r.eraser != nil {
		list = append(list, r.parkedServices(r.eraser)...)
	}
	return list
}

func (r *Runner) parkedServices(w *worker) []service {
	return []service{
		{subject: controlRetry + w.spec.Name, queue: parkedQueue, handle: serveParkedEvent(w, r.RetryParked)},
		{subject: controlDrop + w.spec.Name, queue: parkedQueue, handle: serveParkedEvent(w, r.DropParked)},
	}
}

func (r *Runner) serveStatus(ctx context.Context, _ command, reply func(any) error) error {
	list, err := r.Status(ctx)
	if err != nil {
		return err
	}
	if r.eraser != nil {
		erasure, err := r.eraser.status(ctx)
		if err != nil {
			return err
		}
		list = append(list, erasure)
	}
	return reply(list)
}

func (r *Runner) serveParked(ctx context.Context, _ command, reply func(any) error) error {
	list, err := r.Parked(ctx)
	if err != nil {
		return err
	}
	return reply(list)
}

func (r *Runner) serveErase(ctx context.Context, cmd command, reply func(any) error) error {
	if cmd.Runner == r.id {
		return nil
	}
	list, err := r.Erase(ctx, cmd.User)
	if err != nil {
		return err
	}
	return reply(list)
}

func (r *Runner) serveRebuild(w *worker) func(context.Context, command, func(any) error) error {
	return func(ctx context.Context, cmd command, reply func(any) error) error {
		var compare Compare
		if cmd.Compare {
			compare = comparedByCaller(r.deps.Conn, reply)
		}
		return r.RebuildCompared(ctx, w.spec.Name, tellCaller(reply), compare)
	}
}

// tellCaller forwards progress. A caller that disconnects doesn't end a rebuild; one that cancels
// does, through the context.
func tellCaller(reply func(any) error) func(Progress) {
	return func(p Progress) { _ = reply(rebuildStep{Progress: p}) }
}

func (r *Runner) serveRollback(w *worker) func(context.Context, command, func(any) error) error {
	return func(ctx context.Context, _ command, reply func(any) error) error {
		return r.Rollback(ctx, w.spec.Name, tellCaller(reply))
	}
}

func (r *Runner) serveDropOld(w *worker) func(context.Context, command, func(any) error) error {
	return func(ctx context.Context, _ command, _ func(any) error) error { return r.DropOld(ctx, w.spec.Name) }
}

func serveParkedEvent(w *worker, deal func(ctx context.Context, name string, sequence uint64) error,
) func(context.Context, command, func(any) error) error {
	return func(ctx context.Context, cmd command, _ func(any) error) error {
		return deal(ctx, w.spec.Name, cmd.Sequence)
	}
}

// serveHold pauses this process's projection while another process swaps its view.
func (r *Runner) serveHold(w *worker) func(context.Context, command, func(any) error) error {
	return func(ctx context.Context, cmd command, reply func(any) error) error {
		if cmd.Runner == r.id {
			return reply(struct{}{})
		}
		hold, err := w.gate.hold(ctx, swapLease)
		if err != nil {
			return fmt.Errorf("hold %s: %w", w.spec.Name, err)
		}
		w.lend(hold)
		return reply(struct{}{})
	}
}

func (r *Runner) serveRelease(w *worker) func(context.Context, command, func(any) error) error {
	return func(_ context.Context, cmd command, _ func(any) error) error {
		if cmd.Runner != r.id {
			w.lend(nil)
		}
		return nil
	}
}

// lend stores another process's hold on this projection and releases the previous one.
func (w *worker) lend(hold *hold) {
	w.mu.Lock()
	before := w.lent
	w.lent = hold
	w.mu.Unlock()
	if before != nil {
		before.release()
	}
}

// holdElsewhere pauses the projection in every other process until release.
func (w *worker) holdElsewhere(ctx context.Context, runner string) (release func(), err error) {
	processes := 0 // that run it, including this one
	count := func([]byte) error {
		processes++
		return nil
	}
	if err := callAll(ctx, w.deps.Conn, controlHold+w.spec.Name, command{Runner: runner}, count); err != nil {
		return nil, fmt.Errorf("hold %s in other processes: %w", w.spec.Name, err)
	}
	return func() { w.releaseElsewhere(ctx, runner, processes) }, nil
}

// releaseElsewhere resumes the other processes. If that fails, the hold ends with its lease.
func (w *worker) releaseElsewhere(ctx context.Context, runner string, processes int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	request, err := json.Marshal(command{Runner: runner})
	if err == nil {
		err = w.deps.Conn.CallKnown(ctx, controlRelease+w.spec.Name, request, processes, func([]byte) error { return nil })
	}
	if err != nil && !errors.Is(err, jetstream.ErrNoResponder) {
		w.log.WarnContext(ctx, "could not release the other processes; they go on when their lease ends", slog.Any("error", err))
	}
}

// eraseElsewhere erases a user in every other process and returns the counts.
func (r *Runner) eraseElsewhere(ctx context.Context, user string) ([]Erased, error) {
	var list []Erased
	err := callAll(ctx, r.deps.Conn, controlErase, command{User: user, Runner: r.id}, func(data []byte) error {
		var some []Erased
		if err := json.Unmarshal(data, &some); err != nil {
			return fmt.Errorf("read what was erased: %w", err)
		}
		list = mergeErased(list, some)
		return nil
	})
	return list, err
}

// callAll isn't an error if nobody answers: then there are no other processes.
func callAll(ctx context.Context, conn *jetstream.Conn, subject string, cmd command, fn func([]byte) error) error {
	request, err := json.Marshal(cmd)
	if err != nil {
		return fmt.Errorf("ask on %s: %w", subject, err)
	}
	err = conn.CallAll(ctx, subject, request, fn)
	if errors.Is(err, jetstream.ErrNoResponder) {
		return nil
	}
	return err
}

// ErrNoProjectors means no process with projections answered a request.
var ErrNoProjectors = errors.New("no projector process answers: neither `larder up` nor `larder projectors` is running")

// Control sends requests to the processes that run the projections.
type Control struct{ conn *jetstream.Conn }

// NewControl returns a Control.
func NewControl(conn *jetstream.Conn) *Control { return &Control{conn: conn} }

// Overview returns the status of each of these projections like Status, including those that no
// process runs. It includes the erasure of deleted users if that needs attention.
func (c *Control) Overview(ctx context.Context, specs ...Spec) ([]Status, error) {
	running, err := c.everyStatus(ctx)
	if err != nil && !errors.Is(err, ErrNoProjectors) {
		return nil, err
	}
	list := make([]Status, 0, len(specs))
	for _, spec := range specs {
		if i := slices.IndexFunc(running, func(s Status) bool { return s.Name == spec.Name }); i >= 0 {
			list = append(list, running[i])
			continue
		}
		absent, err := measure(ctx, c.conn, spec)
		if err != nil {
			return nil, err
		}
		absent.State, absent.Reason = Absent, "no process runs it"
		list = append(list, absent)
	}
	for _, s := range running {
		if s.Name == erasureName && (s.Parked > 0 || s.State != Running && s.State != Starting) {
			list = append(list, s)
		}
	}
	return list, nil
}

// Status returns the status of each projection, wherever it runs. A projection in several processes
// is listed once, in the state that most needs attention. It returns ErrNoProjectors if none
// answers.
func (c *Control) Status(ctx context.Context) ([]Status, error) {
	list, err := c.everyStatus(ctx)
	return slices.DeleteFunc(list, func(s Status) bool { return s.Name == erasureName }), err
}

func (c *Control) everyStatus(ctx context.Context) ([]Status, error) {
	var list []Status
	err := c.ask(ctx, true, controlStatus, command{}, func(data []byte) error {
		var some []Status
		if err := json.Unmarshal(data, &some); err != nil {
			return fmt.Errorf("read a status: %w", err)
		}
		list = mergeStatus(list, some)
		return nil
	})
	return list, err
}

func mergeStatus(list, more []Status) []Status {
	for _, status := range more {
		i := slices.IndexFunc(list, func(s Status) bool { return s.Name == status.Name })
		if i < 0 {
			list = append(list, status)
			continue
		}
		skipped := list[i].Skipped + status.Skipped
		if concern(status.State) > concern(list[i].State) {
			list[i] = status
		}
		list[i].Skipped = skipped
	}
	return list
}

// concern ranks states by how much they need attention.
func concern(s State) int {
	return slices.Index([]State{Running, Starting, Rebuilding, Waiting, Retrying, Stopped}, s)
}

// Parked lists the parked events of all projections. It returns ErrNoProjectors if no process
// answers.
func (c *Control) Parked(ctx context.Context) ([]ParkedEvent, error) {
	var list []ParkedEvent
	err := c.ask(ctx, false, controlParked, command{}, func(data []byte) error {
		if err := json.Unmarshal(data, &list); err != nil {
			return fmt.Errorf("read parked events: %w", err)
		}
		return nil
	})
	return list, err
}

// RetryParked applies a parked event again where its projection runs; see Runner.RetryParked.
func (c *Control) RetryParked(ctx context.Context, name string, sequence uint64) error {
	return c.parked(ctx, controlRetry, name, sequence)
}

// DropParked discards a parked event; see Runner.DropParked.
func (c *Control) DropParked(ctx context.Context, name string, sequence uint64) error {
	return c.parked(ctx, controlDrop, name, sequence)
}

func (c *Control) parked(ctx context.Context, verb, name string, sequence uint64) error {
	return c.askProjection(ctx, verb, name, command{Sequence: sequence}, func([]byte) error { return nil })
}

// Rebuild rebuilds a projection where it runs and forwards its progress. Cancelling the context
// cancels the rebuild. It returns ErrNoProjectors if no process runs that projection.
func (c *Control) Rebuild(ctx context.Context, name string, progress func(Progress)) error {
	return c.rebuild(ctx, controlRebuild, name, progress)
}

// Rollback restores the view that a projection's last rebuild replaced; see Runner.Rollback.
func (c *Control) Rollback(ctx context.Context, name string, progress func(Progress)) error {
	return c.rebuild(ctx, controlRollback, name, progress)
}

func (c *Control) rebuild(ctx context.Context, verb, name string, progress func(Progress)) error {
	return c.askProjection(ctx, verb, name, command{}, func(data []byte) error {
		var step rebuildStep
		if err := json.Unmarshal(data, &step); err != nil {
			return fmt.Errorf("read the progress of a rebuild: %w", err)
		}
		progress(step.Progress)
		return nil
	})
}

// DropOld removes the view that a projection's last rebuild replaced; see Runner.DropOld.
func (c *Control) DropOld(ctx context.Context, name string) error {
	return c.askProjection(ctx, controlDropOld, name, command{}, func([]byte) error { return nil })
}

// Erase erases a user in every process and returns the counts; see Runner.Erase. It returns
// ErrNoProjectors if no process answers.
func (c *Control) Erase(ctx context.Context, user string) ([]Erased, error) {
	var list []Erased
	err := c.ask(ctx, true, controlErase, command{User: user}, func(data []byte) error {
		var some []Erased
		if err := json.Unmarshal(data, &some); err != nil {
			return fmt.Errorf("read what was erased: %w", err)
		}
		list = mergeErased(list, some)
		return nil
	})
	return list, err
}

// mergeErased adds up counts: what one process removed, another can't find any more.
func mergeErased(list, more []Erased) []Erased {
	for _, place := range more {
		i := slices.IndexFunc(list, func(e Erased) bool { return e.Name == place.Name })
		if i < 0 {
			list = append(list, place)
			continue
		}
		list[i].Count += place.Count
	}
	return list
}

// askProjection sends a request to a process that runs a projection.
func (c *Control) askProjection(ctx context.Context, verb, name string, cmd command, fn func([]byte) error) error {
	if err := checkUser(name); err != nil {
		return fmt.Errorf("%w %q", ErrUnknownProjection, name)
	}
	return c.ask(ctx, false, verb+name, cmd, fn)
}

func (c *Control) ask(ctx context.Context, all bool, subject string, cmd command, fn func([]byte) error) error {
	request, err := json.Marshal(cmd)
	if err != nil {
		return fmt.Errorf("ask on %s: %w", subject, err)
	}
	call := c.conn.Call
	if all {
		call = c.conn.CallAll
	}
	err = call(ctx, subject, request, fn)
	if errors.Is(err, jetstream.ErrNoResponder) {
		return fmt.Errorf("%w: %w", ErrNoProjectors, err)
	}
	return err
}
