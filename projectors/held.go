package projectors

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"larder.dev/internal/jetstream"
)

// What one projection holds in memory at most: messages that were delivered and are not acknowledged.
const (
	heldMessages = 1024
	heldBytes    = 32 << 20
)

// item is one delivered message on its way through a lane.
type item struct {
	delivery jetstream.Delivery
	event    Event
	err      error // why the event can't be read
	touched  time.Time
}

// held knows every message that this process has and has not acknowledged. It bounds their number and
// size, and tells the server that they are still worked on, so that a slow sink does not make the server
// give them out again.
type held struct {
	mu    sync.Mutex
	items map[uint64]*item // by stream sequence
	bytes int
	freed chan struct{} // signalled when something was let go
	taken chan struct{} // signalled when something was added
}

func newHeld() *held {
	return &held{items: make(map[uint64]*item), freed: make(chan struct{}, 1), taken: make(chan struct{}, 1)}
}

// room waits until another message may be taken.
func (h *held) room(ctx context.Context) error {
	for h.full() {
		select {
		case <-h.freed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (h *held) full() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.items) >= heldMessages || h.bytes >= heldBytes
}

func (h *held) none() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.items) == 0
}

// add takes a message. It is false for one that is held already: the server gave it out again while it
// waits here, and one acknowledgement serves both.
func (h *held) add(it *item) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.items[it.delivery.Sequence]; ok {
		return false
	}
	it.touched = time.Now()
	h.items[it.delivery.Sequence] = it
	h.bytes += it.delivery.Size()
	select {
	case h.taken <- struct{}{}:
	default:
	}
	return true
}

// remove lets a message go.
func (h *held) remove(it *item) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, ok := h.items[it.delivery.Sequence]; !ok {
		return
	}
	delete(h.items, it.delivery.Sequence)
	h.bytes -= it.delivery.Size()
	select {
	case h.freed <- struct{}{}:
	default:
	}
}

// stale gives the messages that the server heard nothing of for a while, and counts them as told.
func (h *held) stale(age time.Duration) []*item {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	var list []*item
	for _, it := range h.items {
		if now.Sub(it.touched) >= age {
			it.touched = now
			list = append(list, it)
		}
	}
	return list
}

// keep tells the server about held messages until the context ends. It looks at nothing while none is held.
func (h *held) keep(ctx context.Context, ackWait time.Duration, log *slog.Logger) {
	for {
		if h.none() {
			select {
			case <-h.taken:
			case <-ctx.Done():
				return
			}
		}
		if !wait(ctx, ackWait/4) {
			return
		}
		for _, it := range h.stale(ackWait / 3) {
			if err := it.delivery.InProgress(); err != nil {
				log.DebugContext(ctx, "could not hold a message", slog.Any("error", err))
			}
		}
	}
}

// giveBack returns what was not worked on, so that it comes again at once and not after its AckWait.
func (h *held) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range h.items {
		// A message that can't be given back comes again after its AckWait.
		_ = it.delivery.Nak()
	}
	clear(h.items)
	h.bytes = 0
}
