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

// Streams returns the streams that projections read. Only the relay creates them: it must fill a
// new one from the ledger before publishing anything else.
func Streams() []jetstream.StreamConfig {
	return []jetstream.StreamConfig{{Name: events.Stream, Subjects: events.StreamSubjects()}}
}

// position returns the projection's consumer, at the position where it must continue.
func (w *worker) position(ctx context.Context) (*jetstream.Consumer, error) {
	unfilled, err := w.awaitStream(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.heal(ctx); err != nil {
		return nil, err
	}
	fresh, err := w.empty(ctx)
	if err != nil {
		return nil, err
	}
	if err := w.check(ctx, fresh); err != nil {
		return nil, err
	}
	consumer, err := w.deps.Conn.EnsureConsumer(ctx, events.Stream, jetstream.ConsumerConfig{
		Durable: w.durable(), Filters: w.spec.Filters, AckWait: w.deps.AckWait, MaxAckPending: maxAckPending,
		All: unfilled, // if the stream was lost, the view may have lagged by any version
	})
	if err != nil {
		return nil, err
	}
	w.refilled.Store(true)
	return consumer, nil
}

// streamPause is the pause between checks for a missing stream.
const streamPause = 500 * time.Millisecond

// awaitStream waits for the stream and reports whether the relay is still filling it.
func (w *worker) awaitStream(ctx context.Context) (unfilled bool, err error) {
	for told := false; ; told = true {
		state, err := w.deps.Conn.State(ctx, events.Stream)
		if !errors.Is(err, jetstream.ErrNotFound) {
			return state.Has(events.UnfilledNote), err
		}
		if !told {
			w.enter(Waiting, "there is no stream yet: the relay makes it")
			w.log.InfoContext(ctx, "waiting for the stream, which the relay makes")
		}
		if !retry.Wait(ctx, streamPause) {
			return false, context.Cause(ctx)
		}
	}
}

// ErrFilling means a view can't be rebuilt because the relay is still filling the stream from the
// ledger: nobody would notice what the view lacks.
var ErrFilling = errors.New("the stream is new, and the relay hasn't filled it from the ledger yet")

// filled returns when the stream was created, or ErrFilling if it isn't complete yet.
func (w *worker) filled(ctx context.Context) (created time.Time, err error) {
	state, err := w.deps.Conn.State(ctx, events.Stream)
	if err == nil && state.Has(events.UnfilledNote) {
		err = ErrFilling
	}
	return state.Created, err
}

// empty reports whether the view was found empty and hasn't been refilled yet.
func (w *worker) empty(ctx context.Context) (bool, error) {
	if w.refilled.Load() {
		return false, nil
	}
	fresh, err := w.projection.Fresh(ctx)
	if err != nil {
		return false, fmt.Errorf("look whether the view is empty: %w", err)
	}
	return fresh, nil
}

// check compares the consumer with the stream and the view. It removes a consumer that doesn't
// match: a new one delivers the last event of each subject, which a view can accept at any time.
func (w *worker) check(ctx context.Context, fresh bool) error {
	info, err := w.deps.Conn.ConsumerInfo(ctx, events.Stream, w.durable())
	if errors.Is(err, jetstream.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	// Read the stream's end after the position, so that it is only behind if events were lost.
	state, err := w.deps.Conn.State(ctx, events.Stream)
	if err != nil {
		return err
	}
	lost, err := w.lostTail(ctx, info, state)
	if err != nil {
		return err
	}
	switch {
	case lost != "":
		w.log.ErrorContext(ctx, "the stream lost its tail; starting over. What it lost is in the ledger",
			slog.String("found", lost))
		return w.startOver(ctx)
	case fresh && info.Delivered > 0:
		w.log.InfoContext(ctx, "the view is empty, filling it from the stream", slog.Uint64("stream_end", state.LastSeq))
		return w.startOver(ctx)
	case info.AckPending > 0 && info.Waiting == 0:
		w.release(ctx)
	}
	return nil
}

// lostTail returns the evidence that the stream lost events that this projection has received; ""
// if there is none.
func (w *worker) lostTail(ctx context.Context, info jetstream.ConsumerInfo, state jetstream.StreamState) (string, error) {
	if info.Delivered > state.LastSeq {
		return fmt.Sprintf("the stream ends at %d, and the consumer is at %d", state.LastSeq, info.Delivered), nil
	}
	return w.checkpoints.contradiction(ctx, w.spec.Name, state.LastSeq)
}

func (w *worker) startOver(ctx context.Context) error {
	if err := w.deps.Conn.DeleteConsumer(ctx, events.Stream, w.durable()); err != nil {
		return err
	}
	return w.checkpoints.forget(ctx, w.spec.Name)
}

// release immediately recovers messages held by a killed process. No consumer waits for messages,
// so no process is running. It is a shortcut: if the server doesn't support it, the AckWait has the
// same effect.
func (w *worker) release(ctx context.Context) {
	if err := w.deps.Conn.Release(ctx, events.Stream, w.durable()); err != nil {
		w.log.DebugContext(ctx, "waiting for what a former process held", slog.Any("error", err))
	}
}
