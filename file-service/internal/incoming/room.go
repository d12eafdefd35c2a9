package incoming

import (
	"context"
	"errors"
	"io"
	"math"
	"runtime/debug"
	"sync"
	"time"
)

// Errors if no memory becomes free in time.
var (
	// ErrBusy means that all uploads together have reached the memory limit.
	ErrBusy = errors.New("too many uploads are under way")
	// ErrShare means that one person's uploads have.
	ErrShare = errors.New("too many uploads of this person are under way")
)

// The number of buffers of PartSize: as many as fit in 1/memoryShare of Go's memory limit, within
// bounds.
const (
	memoryShare = 4
	minBuffers  = 4
	maxBuffers  = 32
)

// patience is how long an upload waits for a buffer.
const patience = time.Minute

// room is the memory of running uploads. One person may hold at most half of it, so that slow
// uploads can't block everyone else.
type room struct {
	free  chan struct{}
	spare sync.Pool // buffers of PartSize

	mu      sync.Mutex
	persons map[string]*share
}

type share struct {
	free  chan struct{}
	users int // holding or waiting
}

func newRoom() *room {
	buffers := maxBuffers
	if limit := debug.SetMemoryLimit(-1); limit != math.MaxInt64 {
		buffers = min(max(int(limit/memoryShare/PartSize), minBuffers), maxBuffers)
	}
	return &room{free: make(chan struct{}, buffers), persons: map[string]*share{}}
}

// take waits for a buffer for an upload of up to size bytes; -1 if unknown. It returns ErrShare,
// ErrBusy or ctx's error.
func (r *room) take(ctx context.Context, person string, size int64) (*buffer, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	own := r.enter(person)
	if err := acquire(ctx, waiting, own.free, ErrShare); err != nil {
		r.leave(person)
		return nil, err
	}
	if err := acquire(ctx, waiting, r.free, ErrBusy); err != nil {
		<-own.free
		r.leave(person)
		return nil, err
	}
	return &buffer{room: r, person: person, bytes: r.memory(size)}, nil
}

func acquire(ctx, waiting context.Context, free chan struct{}, late error) error {
	select {
	case free <- struct{}{}:
		return nil
	case <-waiting.Done():
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return late
	}
}

func (r *room) memory(size int64) []byte {
	if size >= 0 && size < PartSize {
		return make([]byte, 0, size)
	}
	if spare, ok := r.spare.Get().(*[PartSize]byte); ok {
		return spare[:0]
	}
	return make([]byte, 0, PartSize)
}

func (r *room) enter(person string) *share {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.persons[person]
	if own == nil {
		own = &share{free: make(chan struct{}, max(cap(r.free)/2, 1))}
		r.persons[person] = own
	}
	own.users++
	return own
}

func (r *room) leave(person string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	own := r.persons[person]
	own.users--
	if own.users == 0 {
		delete(r.persons, person)
	}
}

// buffer holds the bytes of one part.
type buffer struct {
	room   *room
	person string
	bytes  []byte
	once   sync.Once
}

// fill reads until the buffer is full. It returns the reader's error, including io.EOF.
func (b *buffer) fill(from io.Reader) error {
	for !b.full() {
		n, err := from.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *buffer) full() bool { return len(b.bytes) == cap(b.bytes) }

// release returns the memory. Don't use the bytes afterwards.
func (b *buffer) release() {
	b.once.Do(func() {
		if cap(b.bytes) == PartSize {
			b.room.spare.Put((*[PartSize]byte)(b.bytes[:PartSize]))
		}
		b.bytes = nil
		<-b.room.free
		b.room.mu.Lock()
		own := b.room.persons[b.person]
		b.room.mu.Unlock()
		<-own.free
		b.room.leave(b.person)
	})
}
