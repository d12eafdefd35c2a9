package httpserver

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"

	"github.com/gin-gonic/gin"
)

// statusHungUp is what nginx logs for a caller who didn't wait for the answer. It is never sent.
const statusHungUp = 499

// callerKey is the context key of a request's caller.
type callerKey struct{}

// caller tracks whether a request's sender still waits for the answer.
type caller struct {
	request context.Context //nolint:containedctx // ends when the caller leaves, and when the request is answered
	ended   atomic.Bool
	gone    atomic.Bool // as of the end
}

func (r *caller) hungUp() bool {
	if r.ended.Load() {
		return r.gone.Load()
	}
	return errors.Is(r.request.Err(), context.Canceled)
}

// end records whether the caller stayed to the end: afterwards the context is done in any case.
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

// HungUp reports whether a context belongs to a request whose caller has left. Failures then are
// due to that.
func HungUp(ctx context.Context) bool {
	r, ok := ctx.Value(callerKey{}).(*caller)
	return ok && r.hungUp()
}

// hangUps passes records on, at debug level if the caller hung up.
type hangUps struct{ slog.Handler }

// QuietHangUps returns a log handler that doesn't warn about failures because a caller hung up:
// each store in use reports that it couldn't be reached, though none is down.
func QuietHangUps(handler slog.Handler) slog.Handler { return hangUps{handler} }

// Handle implements slog.Handler. Errors stay errors, whoever waits.
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
