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

// idleEvery is how often it does so while nothing happens here: another process may have done something.
const idleEvery = 30 * time.Second

// glimpse is what tells, without asking anybody, that something has happened since the last look.
type glimpse struct {
	applied, skipped, retries, reconnects uint64
	state                                 State
}

func (w *worker) glimpse() glimpse {
	state, _ := w.where()
	return glimpse{
		applied: w.numbers.applied.Load(), skipped: w.numbers.skipped.Load(), retries: w.numbers.retries.Load(),
		reconnects: w.deps.Conn.Reconnects(), state: state,
	}
}

// monitor looks now and then until the context ends.
func (w *worker) monitor(ctx context.Context) {
	var (
		seen   glimpse
		looked time.Time // the last time that nothing was left to do; zero where something was
	)
	ticker := time.NewTicker(monitorEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := w.glimpse()
		if now == seen && time.Since(looked) < idleEvery {
			continue
		}
		seen, looked = now, time.Time{}
		err := w.look(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.DebugContext(ctx, "could not measure the lag", slog.Any("error", err))
		}
		if err == nil && w.numbers.lagEvents.Load() == 0 {
			looked = time.Now()
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

// consuming tells whether a session is under way.
func (w *worker) consuming() bool {
	state, _ := w.where()
	return state == Running || state == Retrying
}
