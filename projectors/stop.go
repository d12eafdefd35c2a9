package projectors

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/internal/retry"
)

// stoppedError ends a session at an event of an unknown version: a newer writer is active, and a
// newer build would miss whatever is skipped now.
type stoppedError struct {
	at     ParkedEvent
	reason error
}

func (e *stoppedError) Error() string {
	return fmt.Sprintf("stopped at event %q (%s), message %d on %s: %s", e.at.EventID, e.at.Type, e.at.Sequence, e.at.Subject, e.reason)
}

func (e *stoppedError) Unwrap() error { return e.reason }

// stop records an event, so that an operator can see and drop it, and returns the error that stops
// the session. The event isn't acknowledged, so a build that can read it will get it.
func (w *worker) stop(ctx context.Context, event ParkedEvent, reason error) error {
	if err := w.parking.put(ctx, w.spec.Name, event, reason); err != nil {
		return err
	}
	return &stoppedError{at: event, reason: reason}
}

// awaitDrop waits until an operator drops an event in any process, or the context ends.
func (w *worker) awaitDrop(ctx context.Context, e ParkedEvent) {
	for retry.Wait(ctx, monitorEvery) {
		dropped, err := w.parking.dropped(ctx, w.spec.Name, e.Sequence, e.Subject, e.EventID)
		switch {
		case dropped:
			w.log.WarnContext(ctx, "the event was dropped, going on", slog.Uint64("sequence", e.Sequence))
			return
		case err != nil && ctx.Err() == nil:
			w.log.DebugContext(ctx, "could not look whether the event was dropped", slog.Any("error", err))
		}
	}
}
