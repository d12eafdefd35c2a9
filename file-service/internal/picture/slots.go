package picture

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// Limits on pictures drawn at once, and waiting. One person's are drawn one after another, so they
// delay other people by at most the one being drawn.
const (
	drawnAtOnce  = 2
	MaxWaiting   = 64 // per person
	waitingOfAll = 512
)

// ErrTooManyWaiting means too many of the person's pictures are already waiting.
var ErrTooManyWaiting = errors.New("too many pictures of the same person are waiting")

// slots limit the pictures drawn at once: overall, to one per person, and to one that needs a lot
// of memory.
type slots struct {
	mu      sync.Mutex
	free    int
	large   bool // one that needs a lot of memory is being drawn
	turns   int64
	people  map[string]*standing // those with a picture waiting or being drawn
	waiting []*ticket            // in order of arrival
}

// standing is a person's state.
type standing struct {
	drawing bool
	waiting int
	last    int64 // turn of their last picture; the person with the oldest goes first
}

type ticket struct {
	person  string
	large   bool
	granted chan struct{}
}

func newSlots() *slots { return &slots{free: drawnAtOnce, people: map[string]*standing{}} }

// take waits for a slot. Call release when the picture is drawn.
func (s *slots) take(ctx context.Context, person string, large bool) (release func(), err error) {
	mine, err := s.queue(person, large)
	if err != nil {
		return nil, err
	}
	release = func() { s.release(mine) }
	select {
	case <-mine.granted:
		return release, nil
	case <-ctx.Done():
		if !s.leave(mine) {
			release() // it was granted at the same moment
		}
		return nil, context.Cause(ctx)
	}
}

func (s *slots) queue(person string, large bool) (*ticket, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) >= waitingOfAll {
		return nil, ErrBusy
	}
	if s.people[person] == nil {
		s.people[person] = &standing{}
	}
	if s.people[person].waiting >= MaxWaiting {
		return nil, ErrTooManyWaiting
	}
	mine := &ticket{person: person, large: large, granted: make(chan struct{})}
	s.people[person].waiting++
	s.waiting = append(s.waiting, mine)
	s.grant()
	return mine, nil
}

func (s *slots) release(t *ticket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.free++
	s.large = s.large && !t.large
	s.people[t.person].drawing = false
	s.grant()
	s.forget(t.person)
}

// leave removes a ticket from the queue and reports whether it was still there.
func (s *slots) leave(t *ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := slices.Index(s.waiting, t)
	if at < 0 {
		return false
	}
	s.waiting = slices.Delete(s.waiting, at, at+1)
	s.people[t.person].waiting--
	s.forget(t.person)
	return true
}

func (s *slots) forget(person string) {
	if turn := s.people[person]; !turn.drawing && turn.waiting == 0 {
		delete(s.people, person)
	}
}

// grant hands out free slots.
func (s *slots) grant() {
	for s.free > 0 {
		next := s.next()
		if next == nil {
			return
		}
		s.waiting = slices.DeleteFunc(s.waiting, func(t *ticket) bool { return t == next })
		s.turns++
		turn := s.people[next.person]
		turn.waiting--
		turn.drawing, turn.last = true, s.turns
		s.free--
		s.large = s.large || next.large
		close(next.granted)
	}
}

// next returns the first ticket of the person who has waited longest since their last turn.
func (s *slots) next() *ticket {
	var first *ticket
	for _, t := range s.waiting {
		if s.people[t.person].drawing || (t.large && s.large) {
			continue
		}
		if first == nil || s.people[t.person].last < s.people[first.person].last {
			first = t
		}
	}
	return first
}
