package listhttp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
)

// Timing sets an open stream's intervals.
type Timing struct {
	Session time.Duration // verifies that the user may still see the list
	Beat    time.Duration // sends a heartbeat, and checks the list in case a hint was lost
}

// DefaultTiming spares a phone's battery and stays below the minute after which proxies cut idle
// connections.
func DefaultTiming() Timing { return Timing{Session: 2 * time.Second, Beat: 15 * time.Second} }

// errNoAccess ends a stream.
var errNoAccess = errors.New("no access any more")

// StreamList announces changes to the caller's list.
func (h *Handlers) StreamList(c *gin.Context) {
	user := identity.UserFrom(c).ID
	listener, err := h.Hub.Listen(user) // before the first check, so that no change falls between the two
	if err != nil {
		h.fail(c, err)
		return
	}
	defer listener.Close()
	sequence, err := h.Lists.Sequence(c.Request.Context(), user)
	if err != nil {
		h.fail(c, err)
		return
	}
	end := httpserver.LongLived(c)
	defer end()
	stream, err := httpserver.OpenEventStream(c)
	if err != nil {
		return // the caller is gone
	}
	w := watch{handlers: h, user: user, token: identity.TokenFrom(c), stream: stream, told: -1}
	if err := w.tell(sequence); err != nil {
		return
	}
	if err := w.run(c.Request.Context(), listener.Wake()); err != nil {
		h.Log.DebugContext(c, "a stream ended", "user", user, "error", err)
	}
}

// watch is one open stream.
type watch struct {
	handlers *Handlers
	user     string
	token    string
	stream   httpserver.EventStream
	told     int64 // the sequence last announced
}

func (w *watch) run(ctx context.Context, wake <-chan struct{}) error {
	session := time.NewTicker(w.handlers.Timing.Session)
	defer session.Stop()
	beat := time.NewTicker(w.handlers.Timing.Beat)
	defer beat.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-session.C:
			err = w.verify(ctx)
		case <-wake:
			err = w.look(ctx)
		case <-beat.C:
			if err = w.stream.Beat(); err == nil {
				err = w.look(ctx)
			}
		}
		if err != nil {
			return err
		}
	}
}

// look announces a change if there is one and the user may still see it. If the database is
// unreachable, the stream stays open and the next beat retries.
func (w *watch) look(ctx context.Context) error {
	sequence, err := w.handlers.Lists.Sequence(ctx, w.user)
	if err != nil || sequence == w.told {
		return nil //nolint:nilerr // see above
	}
	if err := w.verify(ctx); err != nil {
		return err
	}
	return w.tell(sequence)
}

func (w *watch) verify(ctx context.Context) error {
	user, err := w.handlers.Sessions.Verify(ctx, w.token)
	if err == nil && !user.Grocery {
		err = errNoAccess
	}
	return err
}

func (w *watch) tell(sequence int64) error {
	w.told = sequence
	return w.stream.Write(fmt.Appendf(nil, "id: %d\nevent: list\ndata: {\"sequence\":%[1]d}\n\n", sequence))
}
