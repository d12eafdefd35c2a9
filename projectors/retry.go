package projectors

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/events"
)

// RetryParked applies a parked event once more, as after an update that can read it, and takes it off the record
// when it is applied. It stays parked where that fails. The errors are ErrUnknownProjection, ErrNotParked, and why it
// could not be applied.
func (r *Runner) RetryParked(ctx context.Context, name string, sequence uint64) error {
	return r.withParked(ctx, name, sequence, func(ctx context.Context, w *worker, parked ParkedEvent) error {
		if err := w.retry(ctx, parked); err != nil {
			return fmt.Errorf("retry message %d on %s: %w", sequence, name, err)
		}
		return nil
	})
}

// DropParked gives a parked event up: it isn't parked any more, and a rebuild goes past it. The errors are those of
// RetryParked.
func (r *Runner) DropParked(ctx context.Context, name string, sequence uint64) error {
	return r.withParked(ctx, name, sequence, func(ctx context.Context, w *worker, parked ParkedEvent) error {
		w.log.WarnContext(ctx, "dropped a parked event", slog.Uint64("sequence", parked.Sequence),
			slog.String("subject", parked.Subject), slog.String("reason", parked.Reason))
		return r.parking.drop(ctx, parked)
	})
}

// withParked has fn deal with a parked event, and takes it off the record where that gives no error.
func (r *Runner) withParked(ctx context.Context, name string, sequence uint64,
	fn func(context.Context, *worker, ParkedEvent) error,
) error {
	w, err := r.parker(name)
	if err != nil {
		return err
	}
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer done()
	parked, err := r.parking.get(ctx, name, sequence)
	if err != nil {
		return err
	}
	if err := fn(ctx, w, parked); err != nil {
		return err
	}
	return r.parking.forget(ctx, parked)
}

// retry applies the event behind the gate, as the live projection does: while a rebuild swaps the view, nothing may
// be taken off the record that went to the old one.
func (w *worker) retry(ctx context.Context, parked ParkedEvent) error {
	msg, found, err := w.deps.Conn.At(ctx, events.Stream, parked.Sequence)
	if err != nil {
		return err
	}
	if !found {
		return fmt.Errorf("the stream has it no more: %w", ErrImpossible)
	}
	event, err := readEvent(msg)
	if err != nil {
		return err
	}
	if !w.gate.enter(ctx) {
		return context.Cause(ctx)
	}
	defer w.gate.leave()
	if w.erased.has(event.User()) {
		return nil
	}
	return w.projection.Apply(ctx, []Event{event})
}
