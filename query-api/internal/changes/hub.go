package changes

import (
	"errors"
	"fmt"
	"sync"
)

// MaxListeners bounds the streams that one user has open in one process: each costs a connection, and a page
// that reconnects in a loop mustn't take them all.
const MaxListeners = 32

// ErrTooManyListeners reports that the user has MaxListeners streams open.
var ErrTooManyListeners = errors.New("too many streams")

// Subscribe asks for a call at each event of a user, in no promised number: a hint to look, not the news. The
// stop that it returns ends the calls; it must not wait for one under way, which may wait for the hub.
type Subscribe func(user string, hint func()) (stop func(), err error)

// Hub wakes the streams of a process. It holds one subscription for each user who has a stream open, however
// many streams that are.
type Hub struct {
	subscribe Subscribe

	mu    sync.Mutex
	users map[string]*audience
}

// audience is everybody who listens for one user's changes.
type audience struct {
	stop      func()
	listeners map[*Listener]struct{}
}

// Listener is one stream's place in the hub.
type Listener struct {
	hub  *Hub
	user string
	wake chan struct{}
}

// NewHub makes a hub over a subscription. Without one (nil) it never wakes anybody, and streams live by their
// own slow look.
func NewHub(subscribe Subscribe) *Hub {
	if subscribe == nil {
		subscribe = func(string, func()) (func(), error) { return func() {}, nil }
	}
	return &Hub{subscribe: subscribe, users: make(map[string]*audience)}
}

// Listen registers a stream for a user's changes; the caller closes it. The error is ErrTooManyListeners, or
// that of the subscription.
func (h *Hub) Listen(user string) (*Listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, err := h.audience(user)
	if err != nil {
		return nil, err
	}
	if len(a.listeners) >= MaxListeners {
		return nil, fmt.Errorf("user %s has %d: %w", user, len(a.listeners), ErrTooManyListeners)
	}
	l := &Listener{hub: h, user: user, wake: make(chan struct{}, 1)}
	a.listeners[l] = struct{}{}
	return l, nil
}

func (h *Hub) audience(user string) (*audience, error) {
	if a, ok := h.users[user]; ok {
		return a, nil
	}
	stop, err := h.subscribe(user, func() { h.wake(user) })
	if err != nil {
		return nil, fmt.Errorf("subscribe to the events of user %s: %w", user, err)
	}
	a := &audience{stop: stop, listeners: make(map[*Listener]struct{})}
	h.users[user] = a
	return a, nil
}

// wake leaves a hint for each listener. One that has a hint waiting needs no second: it looks once for both.
func (h *Hub) wake(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.users[user]
	if !ok {
		return
	}
	for l := range a.listeners {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Wake has a value when there may be something new.
func (l *Listener) Wake() <-chan struct{} { return l.wake }

// Close gives the place back, once or more often. The last one out ends the user's subscription.
func (l *Listener) Close() {
	h := l.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	a, ok := h.users[l.user]
	if !ok {
		return
	}
	delete(a.listeners, l)
	if len(a.listeners) == 0 {
		delete(h.users, l.user)
		a.stop()
	}
}
