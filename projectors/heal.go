package projectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// watchEvery is how often a projection looks whether its view is still there, also while nothing happens: who reads
// notices before who writes does.
const watchEvery = 3 * time.Second

// ErrLost is a view that was deleted behind the projection's back.
var ErrLost = errors.New("the view is gone")

// Watcher is a projection whose view can be deleted behind its back, as an index of a server that others administer. The
// runner builds it anew while it runs on.
type Watcher interface {
	Projection

	// Lost tells whether the view isn't where it must be.
	Lost(ctx context.Context) (bool, error)
}

// watch looks now and then whether the view is there, until the context ends.
func (w *worker) watch(ctx context.Context) {
	watcher, ok := w.projection.(Watcher)
	if !ok {
		return
	}
	for wait(ctx, watchEvery) {
		if !w.consuming() || w.rebuilding.Load() {
			continue
		}
		lost, err := watcher.Lost(ctx)
		// A rebuild that ended meanwhile has made it.
		if err == nil && lost && w.consuming() && !w.rebuilding.Load() {
			w.restart(ErrLost)
		}
	}
}

// heal builds a view anew that is gone. Nothing is read from it before it is complete. What has nothing in it yet is left
// to Fresh, which makes it, and so is what can't be filled.
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

// lose notes that the view is gone, once. One that this projection never wrote to wasn't there.
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

// renew builds a view anew that an older build of the program laid out. The session waits for it: what it would write
// the old view can't take, and the new one gets from the stream.
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

// anewAlone builds the view anew because of a reason, if no other process does. There is no view that serves, so what
// can't be applied is parked, and the rest is built.
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

// anewGoingOn is an empty view that is filled with whatever can be applied.
func (w *worker) anewGoingOn(ctx context.Context) (source, error) {
	from, err := w.anew(ctx)
	from.goOn = true
	return from, err
}

// Whole gives why a projection's view can't be relied on: it is gone, or being built anew since it was. The error is
// ErrUnknownProjection for a name that this process has no projection for.
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
