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

// Timing says how often an open stream does something by itself.
type Timing struct {
	Session time.Duration // verifies that its user may still see the list
	Beat    time.Duration // shows that it is alive, and looks at the list: a hint may get lost
}

// DefaultTiming suits a phone's battery, and the minute after which proxies cut a silent connection.
func DefaultTiming() Timing { return Timing{Session: 2 * time.Second, Beat: 15 * time.Second} }

// errNoAccess ends a stream.
var errNoAccess = errors.New("no access any more")

// StreamList tells when the caller's list changes.
func (h *Handlers) StreamList(c *gin.Context) {
	user := identity.UserFrom(c).ID
	wake, stop, err := h.Hub.Listen(user) // before the first look, so that no change falls between the two
	if err != nil {
		h.fail(c, err)
		return
	}
	defer stop()
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
	if err := w.run(c.Request.Context(), wake); err != nil {
		h.Log.DebugContext(c, "a stream ended", "user", user, "error", err)
	}
}

// watch is one open stream.
type watch struct {
	handlers *Handlers
	user     string
	token    string
	stream   httpserver.EventStream
	told     int64 // the sequence that was told last
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

// look tells of a change, if there is one and the user may still see it. A database that can't be asked
// doesn't end the stream; the next beat looks again.
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
