package listhttp

import (
	"errors"
	"sync"
)

// MaxListeners bounds the streams that one user has open in one process, as Larder's own does.
const MaxListeners = 32

// ErrTooManyListeners reports that the user has MaxListeners streams open.
var ErrTooManyListeners = errors.New("too many streams")

// Hub wakes the open streams of a person when that one's list has changed, here or in another process. Each then looks
// at the list, which is one row by its key.
type Hub struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]struct{} // by user
}

// NewHub makes a hub that nothing wakes yet.
func NewHub() *Hub { return &Hub{listeners: map[string]map[chan struct{}]struct{}{}} }

// Wake wakes the streams of one user, of everybody for "".
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
		default: // a wake that it has not taken serves for this one too
		}
	}
}

// Listen registers a stream of a user's list. The channel has a value when it is time to look. The error is
// ErrTooManyListeners.
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
