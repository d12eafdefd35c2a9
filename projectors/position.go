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

// Streams gives the streams that projections read, for the relay, which makes them: it fills a new one from the ledger before
// it publishes anything else, and can't where somebody makes it behind its back.
func Streams() []jetstream.StreamConfig {
	return []jetstream.StreamConfig{{Name: events.Stream, Subjects: events.StreamSubjects()}}
}

// position gives the projection's consumer, at the place where it must go on.
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
		All: unfilled, // what a view was behind by when the stream was lost may be any version
	})
	if err != nil {
		return nil, err
	}
	w.refilled.Store(true)
	return consumer, nil
}

// streamPause is how long passes between two looks for a stream that isn't there.
const streamPause = 500 * time.Millisecond

// awaitStream waits for the stream, and tells whether the relay is still filling it.
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
		if !wait(ctx, streamPause) {
			return false, context.Cause(ctx)
		}
	}
}

// ErrFilling is a view that can't be built anew from a stream which the relay is still filling from the ledger: what it would
// lack nobody would see.
var ErrFilling = errors.New("the stream is new, and the relay hasn't filled it from the ledger yet")

// filled gives when the stream was made, which must have had everything since.
func (w *worker) filled(ctx context.Context) (created time.Time, err error) {
	state, err := w.deps.Conn.State(ctx, events.Stream)
	if err == nil && state.Has(events.UnfilledNote) {
		err = ErrFilling
	}
	return state.Created, err
}

// empty tells whether the view was found empty, and that was not dealt with yet.
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

// check compares the consumer with the stream and the view. A consumer that doesn't fit them is removed: a
// new one brings the last event of each subject, which a view can take at any time.
func (w *worker) check(ctx context.Context, fresh bool) error {
	info, err := w.deps.Conn.ConsumerInfo(ctx, events.Stream, w.durable())
	if errors.Is(err, jetstream.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	// The stream's end is read after the position, so that it can only be behind it if events were lost.
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

// lostTail says what shows that the stream lost events that this projection has had; "" if nothing does.
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

// release gets back at once what a killed process held. Nobody waits for messages, so nobody else is at
// work. It is a shortcut: where the server doesn't know how, the AckWait does the same.
func (w *worker) release(ctx context.Context) {
	if err := w.deps.Conn.Release(ctx, events.Stream, w.durable()); err != nil {
		w.log.DebugContext(ctx, "waiting for what a former process held", slog.Any("error", err))
	}
}
