package listhttp

import (
	"errors"
	"sync"
)

// MaxListeners limits one user's open streams per process, like in Larder itself.
const MaxListeners = 32

// ErrTooManyListeners means the user has MaxListeners streams open.
var ErrTooManyListeners = errors.New("too many streams")

// Hub wakes a user's open streams when their list changes, here or in another process. Each stream
// then checks the list, which is one row by its key.
type Hub struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]struct{} // by user
}

// NewHub returns an empty hub.
func NewHub() *Hub { return &Hub{listeners: map[string]map[chan struct{}]struct{}{}} }

// Wake wakes the streams of one user, or of everyone if user is "".
func (h *Hub) Wake(user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if user != "" {
		wake(h.listeners[user])
		return
	}
	for _, of := range h.listeners {
		wake(of)
	}
}

func wake(listeners map[chan struct{}]struct{}) {
	for listener := range listeners {
		select {
		case listener <- struct{}{}:
		default: // one pending wake is enough
		}
	}
}

// Listen registers a stream for a user's list. The channel receives a value when it is time to
// check the list. It returns ErrTooManyListeners.
func (h *Hub) Listen(user string) (wake <-chan struct{}, stop func(), err error) {
	listener := make(chan struct{}, 1)
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.listeners[user]) >= MaxListeners {
		return nil, nil, ErrTooManyListeners
	}
	if h.listeners[user] == nil {
		h.listeners[user] = map[chan struct{}]struct{}{}
	}
	h.listeners[user][listener] = struct{}{}
	return listener, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners[user], listener)
		if len(h.listeners[user]) == 0 {
			delete(h.listeners, user)
		}
	}, nil
}
