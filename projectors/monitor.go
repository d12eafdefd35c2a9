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

// monitorEvery is how often a projection compares itself with the stream: for the metrics, and to
// detect that the stream lost its tail while this process kept running (if its server restarted
// after a power failure).
const monitorEvery = 2 * time.Second

// idleEvery is the interval while idle: another process may have been active.
const idleEvery = 30 * time.Second

// stir records activity, so that there is something to measure.
func (w *worker) stir() {
	select {
	case w.stirred <- struct{}{}:
	default:
	}
}

// monitor measures regularly until the context ends, while there is activity or work left.
func (w *worker) monitor(ctx context.Context) {
	for {
		again := w.deps.Conn.Reconnected()
		if !retry.Wait(ctx, monitorEvery) {
			return
		}
		select {
		case <-w.stirred: // it is about to be measured
		default:
		}
		err := w.look(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.DebugContext(ctx, "could not measure the lag", slog.Any("error", err))
		}
		if err == nil && w.numbers.lagEvents.Load() == 0 {
			w.idle(ctx, again)
		}
	}
}

// idle waits for activity here, or possibly elsewhere.
func (w *worker) idle(ctx context.Context, again <-chan struct{}) {
	long := time.NewTimer(idleEvery - monitorEvery)
	defer long.Stop()
	select {
	case <-w.stirred:
	case <-again:
	case <-long.C:
	case <-ctx.Done():
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
	undone, seconds, err := lag(ctx, w.deps.Conn, w.spec, info, state)
	if err != nil {
		return err
	}
	parked, err := w.parking.count(ctx, w.spec.Name)
	if err != nil {
		return err
	}
	w.numbers.measured(info.AckFloor, undone, seconds, parked)
	return nil
}

// consuming reports whether a session is running.
func (w *worker) consuming() bool {
	state, _ := w.where()
	return state == Running || state == Retrying
}
