package projectors

import (
	"context"
	"fmt"
	"log/slog"

	"larder.dev/events"
)

// RetryParked applies a parked event again, as after an update that can read it, and removes it
// from the record if that succeeds. It returns ErrUnknownProjection, ErrNotParked, or why the event
// couldn't be applied.
func (r *Runner) RetryParked(ctx context.Context, name string, sequence uint64) error {
	return r.withParked(ctx, name, sequence, func(ctx context.Context, w *worker, parked ParkedEvent) error {
		if err := w.retry(ctx, parked); err != nil {
			return fmt.Errorf("retry message %d on %s: %w", sequence, name, err)
		}
		return nil
	})
}

// DropParked discards a parked event, and rebuilds will skip it. Its errors are those of
// RetryParked.
func (r *Runner) DropParked(ctx context.Context, name string, sequence uint64) error {
	return r.withParked(ctx, name, sequence, func(ctx context.Context, w *worker, parked ParkedEvent) error {
		w.log.WarnContext(ctx, "dropped a parked event", slog.Uint64("sequence", parked.Sequence),
			slog.String("subject", parked.Subject), slog.String("reason", parked.Reason))
		return r.parking.drop(ctx, parked)
	})
}

// withParked calls fn with a parked event and removes the event from the record if fn succeeds.
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

// retry applies the event behind the gate, like the live projection: while a rebuild swaps the
// view, nothing may be removed from the record that was only written to the old one.
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
	if w.erased.drops(event) {
		return nil
	}
	return w.projection.Apply(ctx, []Event{event})
}
