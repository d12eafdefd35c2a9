// Package bulkhead keeps what one person does from taking what is there for all: of each person a few get in at once,
// some more wait for their turn, in the order in which they came, and the others are refused. Who waits here holds
// nothing that somebody else needs, as a connection of a pool.
package bulkhead

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"golang.org/x/sync/semaphore"
)

// ErrBusy is the error of what can't have its turn: too much of the same person's is waiting, or it waited for as long
// as it may.
var ErrBusy = errors.New("too much of the same person's is under way")

// Bulkhead lets so many of each key in at once. It is safe for concurrent use, and remembers nobody who is gone.
type Bulkhead struct {
	atOnce, waiting int

	mu    sync.Mutex
	rooms map[string]*room
}

// room is where one key's are.
type room struct {
	slots *semaphore.Weighted
	in    int // those inside and those that wait
}

// New makes a bulkhead that lets atOnce of each key in, and so many more wait.
func New(atOnce, waiting int) *Bulkhead {
	return &Bulkhead{atOnce: atOnce, waiting: waiting, rooms: map[string]*room{}}
}

// Enter waits for a turn. Whoever is let in calls leave when they are done, once or more often. The error is ErrBusy,
// or context.Canceled where the caller gave up.
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

// join gives nil where the room is full.
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
