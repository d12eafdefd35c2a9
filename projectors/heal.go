package projectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

// watchEvery is how often a projection checks that its view still exists, even while idle:
// otherwise readers would notice first.
const watchEvery = 3 * time.Second

// ErrLost means the view was deleted behind the projection's back.
var ErrLost = errors.New("the view is gone")

// Watcher is a projection whose view can be deleted behind its back, such as an index on a server
// that others administer. The runner rebuilds it without stopping.
type Watcher interface {
	Projection

	// Lost reports whether the view is missing.
	Lost(ctx context.Context) (bool, error)
}

// watch regularly checks that the view exists, until the context ends.
func (w *worker) watch(ctx context.Context) {
	watcher, ok := w.projection.(Watcher)
	if !ok {
		return
	}
	for retry.Wait(ctx, watchEvery) {
		if !w.consuming() || w.rebuilding.Load() {
			continue
		}
		lost, err := watcher.Lost(ctx)
		// A rebuild that finished meanwhile has recreated it.
		if err == nil && lost && w.consuming() && !w.rebuilding.Load() {
			w.restart(ErrLost)
		}
	}
}

// heal rebuilds a missing view. Nothing reads from it before it is complete. While the stream is
// empty it leaves the view to Fresh, which creates it, and always so a view that can't be filled.
func (w *worker) heal(ctx context.Context) error {
	watcher, ok := w.projection.(Watcher)
	if !ok {
		return nil
	}
	lost, err := watcher.Lost(ctx)
	if err != nil {
		return fmt.Errorf("look whether the view is there: %w", err)
	}
	if !lost {
		return nil
	}
	state, err := w.deps.Conn.State(ctx, events.Stream)
	if err != nil {
		return err
	}
	if err := w.lose(ctx); err != nil {
		return err
	}
	if w.spec.Unfillable || state.Messages == 0 && !w.refilled.Load() {
		w.refilled.Store(false)
		return nil
	}
	const reason = "the view is gone, building it anew from the stream"
	w.log.WarnContext(ctx, reason)
	return w.anewAlone(ctx, reason)
}

// lose records once that the view is gone. A view that this projection never wrote to didn't exist.
func (w *worker) lose(ctx context.Context) error {
	if w.lost.Load() {
		return nil
	}
	info, err := w.deps.Conn.ConsumerInfo(ctx, events.Stream, w.durable())
	if errors.Is(err, jetstream.ErrNotFound) || err == nil && info.Delivered == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	w.lost.Store(true)
	w.numbers.losses.Add(1)
	return nil
}

// renew rebuilds a view with an older build's layout. The session waits: it can't write to the old
// view, and the new one gets the events from the stream.
func (w *worker) renew(ctx context.Context) error {
	renewer, ok := w.projection.(Renewer)
	if !ok {
		return nil
	}
	outdated, err := renewer.Outdated(ctx)
	if err != nil {
		return fmt.Errorf("look whether the view is outdated: %w", err)
	}
	if !outdated {
		return nil
	}
	w.log.InfoContext(ctx, "an older build laid the view out, building it anew from the stream")
	return w.anewAlone(ctx, "an older build laid the view out")
}

// anewAlone rebuilds the view for a reason unless another process does. As no view is serving, it
// parks what can't be applied and builds the rest.
func (w *worker) anewAlone(ctx context.Context, reason string) error {
	w.enter(Rebuilding, reason)
	ctx, release, err := w.lease.take(ctx, w.checkpoints, w.spec.Name)
	if err != nil {
		return err
	}
	defer release()
	if err := w.rebuild(ctx, w.anewGoingOn, func(Progress) {}, nil); err != nil {
		if lost := context.Cause(ctx); lost != nil {
			return lost
		}
		return err
	}
	w.log.InfoContext(ctx, "built the view anew", slog.String("reason", reason))
	return nil
}

// anewGoingOn is an empty view to be filled with whatever can be applied.
func (w *worker) anewGoingOn(ctx context.Context) (source, error) {
	from, err := w.anew(ctx)
	from.goOn = true
	return from, err
}

// Whole explains why a projection's view is unreliable: it is gone, or is being rebuilt because of
// that. It returns ErrUnknownProjection if this process doesn't have the projection.
func (r *Runner) Whole(name string) error {
	w, err := r.worker(name)
	if err != nil {
		return err
	}
	if !w.lost.Load() {
		return nil
	}
	return fmt.Errorf("%s: %w", name, ErrLost)
}
