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

// monitorEvery is how often a projection compares itself with the stream, for the metrics and for a tail
// that the stream lost while this process ran on (a server of its own, restarted after a power loss).
const monitorEvery = 2 * time.Second

// monitor looks now and then until the context ends.
func (w *worker) monitor(ctx context.Context) {
	ticker := time.NewTicker(monitorEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			w.log.DebugContext(ctx, "could not measure the lag", slog.Any("error", err))
		}
	}
}

func (w *worker) look(ctx context.Context) error {
	info, err := w.deps.Conn.ConsumerInfo(ctx, events.Stream, w.durable())
	if errors.Is(err, jetstream.ErrNotFound) && w.consuming() {
		w.restart(fmt.Errorf("%w: the consumer is gone", errRewind))
	}
	if err != nil {
		return err
	}
	state, err := w.deps.Conn.State(ctx, events.Stream)
	if err != nil {
		return err
	}
	if info.Delivered > state.LastSeq && w.consuming() {
		w.restart(fmt.Errorf("%w: at %d, and the stream ends at %d", errRewind, info.Delivered, state.LastSeq))
		return nil
	}
	if info.AckFloor > 0 && info.AckFloor != w.numbers.position.Load() {
		if err := w.checkpoints.save(ctx, w.spec.Name, info.AckFloor); err != nil {
			return err
		}
	}
	undone, seconds, err := lag(ctx, w.deps.Conn, w.spec, info, state.LastSeq)
	if err != nil {
		return err
	}
	parked, err := w.parking.list(ctx, w.spec.Name)
	if err != nil {
		return err
	}
	w.numbers.measured(info.AckFloor, undone, seconds, len(parked))
	return nil
}

// consuming tells whether a session is under way.
func (w *worker) consuming() bool {
	state, _ := w.where()
	return state == Running || state == Retrying || state == Rebuilding
}
