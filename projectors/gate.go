package projectors

import (
	"context"
	"sync"
	"time"
)

// gate lets writes through unless it is held, as when a rebuild swaps the view or a user is erased.
// It is like a read-write lock, but the holder may be another process, so a hold can expire.
type gate struct {
	mu      sync.Mutex
	inside  int
	holds   map[*hold]struct{}
	changed chan struct{} // closed and replaced at each change
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

// hold shuts the gate and waits until nobody is inside. A non-zero lease limits the hold. On the
// context's error, the gate is open again.
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

// release opens the gate unless something else holds it. It may be called twice.
func (h *hold) release() {
	h.gate.mu.Lock()
	defer h.gate.mu.Unlock()
	if h.timer != nil {
		h.timer.Stop()
	}
	delete(h.gate.holds, h)
	h.gate.signal()
}

// await waits until a condition, evaluated under the lock, holds.
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
