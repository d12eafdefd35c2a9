package picture

import (
	"context"
	"errors"
	"slices"
	"sync"
)

// How many pictures are drawn at once, and how many wait. Those of the same person come one after the other, so that no
// number of them keeps anybody else's waiting for longer than the one that is being drawn.
const (
	drawnAtOnce  = 2
	MaxWaiting   = 64 // of one person
	waitingOfAll = 512
)

// ErrTooManyWaiting is the error of a picture of a person who has too many waiting already.
var ErrTooManyWaiting = errors.New("too many pictures of the same person are waiting")

// slots let few pictures be drawn at once, one of a person, and one that takes much memory.
type slots struct {
	mu      sync.Mutex
	free    int
	large   bool // one that takes much memory is being drawn
	turns   int64
	people  map[string]*standing // who has a picture waiting or being drawn
	waiting []*ticket            // as they came
}

// standing is where a person stands.
type standing struct {
	drawing bool
	waiting int
	last    int64 // of the last picture that was begun; who had none for a while comes first
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

// leave takes a ticket out of the queue, and tells whether it was still in there.
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

// grant gives out what is free.
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

// next is the first of those who had no turn for the longest time.
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
