package grocerybridge

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"larder.dev/grocery-app/grocerybridge/internal/target"
	"larder.dev/internal/retry"
)

// health is what is known of a target's state.
type health struct {
	mu  sync.Mutex
	err error // why it accepts nothing; nil if it does, or wasn't checked yet

	taken, refused atomic.Int64
}

// Health reports on one target, for probes and metrics.
type Health struct {
	Bridge string // the name of its consumer
	health *health
}

// Problems lists everything that can be wrong with a target, one word each.
func Problems() []string {
	var list []string
	for _, problem := range target.Problems() {
		list = append(list, string(problem))
	}
	return list
}

// Health returns the health of each target.
func (b *Bridge) Health() []Health {
	list := make([]Health, len(b.ways))
	for i, way := range b.ways {
		list[i] = Health{way.name, way.health}
	}
	return list
}

// Problem returns one of Problems and its cause, or "" and nil if none is known.
func (h Health) Problem() (string, error) {
	h.health.mu.Lock()
	defer h.health.mu.Unlock()
	return string(target.ProblemOf(h.health.err)), h.health.err
}

// Taken and Refused are how many events the target accepted and rejected since this process
// started.
func (h Health) Taken() int64 { return h.health.taken.Load() }

// Refused is described at Taken.
func (h Health) Refused() int64 { return h.health.refused.Load() }

// watch checks a target regularly: with no requests, nobody would notice that it is down.
func (b *Bridge) watch(ctx context.Context, way way) {
	for retry.Wait(ctx, b.opts.CheckEvery) {
		b.check(ctx, way)
	}
}

// check checks a target. It logs problems, but the bridge keeps trying: events wait in the stream.
func (b *Bridge) check(ctx context.Context, way way) {
	err := way.target.Check(ctx)
	if ctx.Err() == nil {
		b.found(ctx, way, err)
	}
}

// found records a target's state and logs a change in one line.
func (b *Bridge) found(ctx context.Context, way way, err error) {
	if ctx.Err() != nil {
		return
	}
	now := target.ProblemOf(err)
	if now == target.None {
		err = nil
	}
	way.health.mu.Lock()
	before := target.ProblemOf(way.health.err)
	way.health.err = err
	way.health.mu.Unlock()
	switch {
	case before == now:
	case now == target.None:
		b.opts.Log.InfoContext(ctx, "the target can take events again", "bridge", way.name)
	default:
		b.opts.Log.WarnContext(ctx, "the target can't take events", "bridge", way.name, "problem", string(now),
			"error", fmt.Sprint(err))
	}
}
