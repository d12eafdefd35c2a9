package projectors

import (
	"context"
	"sync"
	"time"
)

// gate lets writes through until it is held, as while a rebuild swaps the view or a user is erased. It is a
// readers' lock whose holder may be another process, so a hold can be given a time after which it ends.
type gate struct {
	mu      sync.Mutex
	inside  int
	holds   map[*hold]struct{}
	changed chan struct{} // closed and renewed at each change
}

// hold keeps a gate shut until it is released.
type hold struct {
	gate  *gate
	timer *time.Timer
}

func newGate() *gate {
	return &gate{holds: make(map[*hold]struct{}), changed: make(chan struct{})}
}

// enter waits until nothing holds the gate. It is false if the context ended first.
func (g *gate) enter(ctx context.Context) bool {
	return g.await(ctx, func() bool {
		if len(g.holds) > 0 {
			return false
		}
		g.inside++
		return true
	})
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
	g.signal()
}

// hold shuts the gate and waits until nobody is inside. With a lease it opens by itself afterwards. The
// error is the context's; then the gate is open again.
func (g *gate) hold(ctx context.Context, lease time.Duration) (*hold, error) {
	h := &hold{gate: g}
	g.mu.Lock()
	g.holds[h] = struct{}{}
	g.mu.Unlock()
	if !g.await(ctx, func() bool { return g.inside == 0 }) {
		h.release()
		return nil, context.Cause(ctx)
	}
	if lease > 0 {
		g.mu.Lock()
		defer g.mu.Unlock()
		h.timer = time.AfterFunc(lease, h.release)
	}
	return h, nil
}

// release opens the gate, if nothing else holds it. Once is enough, and twice does no harm.
func (h *hold) release() {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
	}
	delete(h.gate.holds, h)
	h.gate.signal()
}

// await waits until a condition, looked at under the lock, holds.
func (g *gate) await(ctx context.Context, holds func() bool) bool {
	for {
		g.mu.Lock()
		if holds() {
			g.mu.Unlock()
			return true
		}
		changed := g.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

func (g *gate) signal() {
	close(g.changed)
	g.changed = make(chan struct{})
}
