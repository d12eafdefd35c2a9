package projectors

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

// Limits on what one projection holds in memory: messages delivered but not yet acknowledged.
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

// held has every message that this process received and hasn't acknowledged. It limits their number
// and size, and tells the server that they are in progress, so that a slow sink doesn't cause
// redelivery.
type held struct {
	mu    sync.Mutex
	items map[uint64]*item // by stream sequence
	bytes int
	freed chan struct{} // signalled when something was removed
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

// add adds a message. It is false if the message is already held: the server redelivered it
// meanwhile, and one acknowledgement covers both.
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

// remove removes a message.
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

// stale returns the messages not reported to the server for a while, and marks them as reported.
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

// keep reports held messages to the server until the context ends. It sleeps while there are none.
func (h *held) keep(ctx context.Context, ackWait time.Duration, log *slog.Logger) {
	for {
		if h.none() {
			select {
			case <-h.taken:
			case <-ctx.Done():
				return
			}
		}
		if !retry.Wait(ctx, ackWait/4) {
			return
		}
		for _, it := range h.stale(ackWait / 3) {
			if err := it.delivery.InProgress(); err != nil {
				log.DebugContext(ctx, "could not hold a message", slog.Any("error", err))
			}
		}
	}
}

// giveBack returns unprocessed messages, so that they are redelivered at once rather than after
// their AckWait.
func (h *held) giveBack() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, it := range h.items {
		// If that fails, the message is redelivered after its AckWait.
		_ = it.delivery.Nak()
	}
	clear(h.items)
	h.bytes = 0
}
