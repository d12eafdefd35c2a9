package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"github.com/gin-gonic/gin"
)

// statusHungUp is what nginx logs for a caller who didn't wait for the answer. Nobody gets it.
const statusHungUp = 499

// callerKey leads from a context to the caller of the request that it was made for.
type callerKey struct{}

// caller tells whether who sent a request still waits for the answer.
type caller struct {
	request context.Context //nolint:containedctx // ends when the caller goes away, and when the request is answered
	ended   atomic.Bool
	gone    atomic.Bool // at the end
}

func (r *caller) hungUp() bool {
	if r.ended.Load() {
		return r.gone.Load()
	}
	return errors.Is(r.request.Err(), context.Canceled)
}

// end keeps whether the caller was there to the end: after it, the context is done in any case.
func (r *caller) end() bool {
	gone := r.hungUp()
	r.gone.Store(gone)
	r.ended.Store(true)
	return gone
}

// newCaller puts the caller into the request's context.
func newCaller(c *gin.Context) *caller {
	request := c.Request.Context()
	r := &caller{request: request}
	c.Request = c.Request.WithContext(context.WithValue(request, callerKey{}, r))
	return r
}

// HungUp tells whether a context is of a request whose caller has gone away. What fails then fails for that reason.
func HungUp(ctx context.Context) bool {
	r, ok := ctx.Value(callerKey{}).(*caller)
	return ok && r.hungUp()
}

// hangUps hands records on, those of a caller who hung up at the debug level.
type hangUps struct{ slog.Handler }

// QuietHangUps makes a log handler that warns of nothing which failed because its caller hung up: each store that was
// being asked says that it couldn't be, and none of them is away.
func QuietHangUps(handler slog.Handler) slog.Handler { return hangUps{handler} }

// Handle implements slog.Handler. What is an error is one whoever waits for the answer.
func (h hangUps) Handle(ctx context.Context, record slog.Record) error {
	if record.Level > slog.LevelDebug && record.Level < slog.LevelError && HungUp(ctx) {
		if !h.Enabled(ctx, slog.LevelDebug) {
			return nil
		}
		record.Level = slog.LevelDebug
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h hangUps) WithAttrs(attrs []slog.Attr) slog.Handler {
	return hangUps{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h hangUps) WithGroup(name string) slog.Handler { return hangUps{h.Handler.WithGroup(name)} }
