// Package bulkhead limits each person's use of shared resources: a few of a person's requests get
// in at once, some more queue in order, and the rest are refused. Those that wait hold nothing
// others need, such as a pool's connection.
package bulkhead

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"
)

// ErrBusy means that too many of the same person's requests are waiting, or that this one waited as
// long as it may.
var ErrBusy = errors.New("too much of the same person's is under way")

// Bulkhead limits concurrency per key. It is safe for concurrent use, and forgets idle keys.
type Bulkhead struct {
	atOnce, waiting int

	mu    sync.Mutex
	rooms map[string]*room
}

// room tracks one key.
type room struct {
	slots *semaphore.Weighted
	in    int // those inside and those waiting
}

// New returns a bulkhead that admits atOnce of each key, and lets waiting more queue.
func New(atOnce, waiting int) *Bulkhead {
	return &Bulkhead{atOnce: atOnce, waiting: waiting, rooms: map[string]*room{}}
}

// Enter waits for a turn. Callers call leave when done; extra calls do nothing. The error is
// ErrBusy, or context.Canceled if the caller gave up.
func (b *Bulkhead) Enter(ctx context.Context, key string) (leave func(), err error) {
	r := b.join(key)
	if r == nil {
		return nil, fmt.Errorf("%w: %d wait already", ErrBusy, b.waiting)
	}
	if err := r.slots.Acquire(ctx, 1); err != nil {
		b.part(key, r)
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, fmt.Errorf("%w: no turn came in time", ErrBusy)
		}
		return nil, fmt.Errorf("wait for a turn: %w", err)
	}
	return sync.OnceFunc(func() {
		r.slots.Release(1)
		b.part(key, r)
	}), nil
}

// join returns nil if the room is full.
func (b *Bulkhead) join(key string) *room {
	b.mu.Lock()
	defer b.mu.Unlock()
	r := b.rooms[key]
	if r == nil {
		r = &room{slots: semaphore.NewWeighted(int64(b.atOnce))}
		b.rooms[key] = r
	}
	if r.in >= b.atOnce+b.waiting {
		return nil
	}
	r.in++
	return r
}

func (b *Bulkhead) part(key string, r *room) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r.in--
	if r.in == 0 {
		delete(b.rooms, key)
	}
}
