package httpapi

import (
	"context"
	"sync"
)

// Hub wakes every open stream when some list has changed, here or in another process. Each then looks at
// its own list, which is one row by its key.
type Hub struct {
	mu        sync.Mutex
	listeners map[chan struct{}]struct{}
}

// NewHub makes a hub that nothing wakes yet.
func NewHub() *Hub { return &Hub{listeners: map[chan struct{}]struct{}{}} }

// Run wakes the streams at each signal, until ctx is done.
func (h *Hub) Run(ctx context.Context, signals <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case _, open := <-signals:
			if !open {
				return
			}
			h.wake()
		}
	}
}

func (h *Hub) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for listener := range h.listeners {
		select {
		case listener <- struct{}{}:
		default: // a wake that it has not taken serves for this one too
		}
	}
}

// Listen registers a stream. The channel has a value when it is time to look.
func (h *Hub) Listen() (wake <-chan struct{}, stop func()) {
	listener := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[listener] = struct{}{}
	return listener, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, listener)
	}
}
