// Package wake wakes the open streams of a user when something of theirs may have changed.
package wake

import (
	"errors"
	"fmt"
	"sync"
)

// MaxListeners limits one user's open streams per process: each costs a connection, and a page that
// reconnects in a loop must not take them all.
const MaxListeners = 32

// ErrTooMany means the user has MaxListeners streams open.
var ErrTooMany = errors.New("too many streams")

// Subscribe calls hint when a user's data may have changed, any number of times: it is a hint to
// look, not the change itself. stop ends the calls. It must not wait for a running one, which may be waiting for
// the hub.
type Subscribe func(user string, hint func()) (stop func(), err error)

// Hub wakes the streams of a process. It holds one subscription per user with open streams, however
// many those are.
type Hub struct {
	subscribe Subscribe

	mu    sync.Mutex
	users map[string]*audience
}

// audience is everyone listening for one user's changes.
type audience struct {
	stop      func()
	listeners map[*Listener]struct{}
}

// Listener is one stream's registration with the hub.
type Listener struct {
	hub  *Hub
	user string
	wake chan struct{}
}

// NewHub returns a hub that uses subscribe. If it is nil, only Wake wakes the streams.
func NewHub(subscribe Subscribe) *Hub {
	if subscribe == nil {
		subscribe = func(string, func()) (func(), error) { return func() {}, nil }
	}
	return &Hub{subscribe: subscribe, users: make(map[string]*audience)}
}

// Listen registers a stream for a user's changes; the caller must close it. It returns
// ErrTooMany or the subscription's error.
func (h *Hub) Listen(user string) (*Listener, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	a, err := h.audience(user)
	if err != nil {
		return nil, err
	}
	if len(a.listeners) >= MaxListeners {
		return nil, fmt.Errorf("user %s has %d: %w", user, len(a.listeners), ErrTooMany)
	}
	l := &Listener{hub: h, user: user, wake: make(chan struct{}, 1)}
	a.listeners[l] = struct{}{}
	return l, nil
}

func (h *Hub) audience(user string) (*audience, error) {
	if a, ok := h.users[user]; ok {
		return a, nil
	}
	stop, err := h.subscribe(user, func() { h.Wake(user) })
	if err != nil {
		return nil, fmt.Errorf("subscribe to the events of user %s: %w", user, err)
	}
	a := &audience{stop: stop, listeners: make(map[*Listener]struct{})}
	h.users[user] = a
	return a, nil
}

// Wake leaves a hint for each of the user's listeners, or for everyone's if user is "".
func (h *Hub) Wake(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if user != "" {
		h.users[user].wake()
		return
	}
	for _, a := range h.users {
		a.wake()
	}
}

// wake leaves a hint for each listener. One pending hint is enough: a single look covers both. It
// does nothing for a nil audience.
func (a *audience) wake() {
	if a == nil {
		return
	}
	for l := range a.listeners {
		select {
		case l.wake <- struct{}{}:
		default:
		}
	}
}

// Wake receives a value when there may be new changes.
func (l *Listener) Wake() <-chan struct{} { return l.wake }

// Close unregisters the listener and may be called repeatedly. The last one ends the user's
// subscription.
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
