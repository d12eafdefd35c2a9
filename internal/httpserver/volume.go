package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/limits"
)

// Volume admits a request's body within its person's byte rate, and answers 429 to all others. Most
// bodies declare their length, and wait before a byte is read; the others are counted as they
// arrive.
func Volume(throttle *limits.Throttle, who func(*gin.Context) string) gin.HandlerFunc {
	return func(c *gin.Context) {
		body, length := c.Request.Body, c.Request.ContentLength
		spend := func(ctx context.Context, n int) error { return throttle.Spend(ctx, limits.Volume, who(c), n) }
		switch {
		case body == nil || body == http.NoBody:
		case length < 0:
			c.Request.Body = &counted{ReadCloser: body, ctx: c.Request.Context(), spend: spend}
		default:
			if err := spend(c.Request.Context(), int(length)); err != nil {
				WriteProblem(c, Refusal(c.Writer.Header(), err))
			}
		}
	}
}

// counted is a body of undeclared length.
type counted struct {
	io.ReadCloser

	ctx   context.Context //nolint:containedctx // a reader has no other way to learn that nobody waits any more
	spend func(ctx context.Context, n int) error
}

// Read implements io.Reader.
func (b *counted) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if refused := b.spend(b.ctx, n); refused != nil {
		return 0, refused
	}
	return n, err //nolint:wrapcheck // stands in for the wrapped body
}

// Refusal is the answer to a request over a limit. It sets a header of the answer.
func Refusal(header http.Header, err error) Problem {
	var exceeded *limits.Exceeded
	if !errors.As(err, &exceeded) { // the caller left, or its time was over
		header.Set("Retry-After", RetryAfter(0))
		return Problem{Status: http.StatusServiceUnavailable, Detail: "The request was given up while it waited for its turn."}
	}
	header.Set("Retry-After", RetryAfter(exceeded.RetryAfter))
	return Problem{
		Type: TooManyRequests, Status: http.StatusTooManyRequests,
		Detail: "This is " + exceeded.Error() + ". Wait, and send it again.",
		Extra:  map[string]any{"kind": exceeded.Kind, "limit": exceeded.Limit},
	}
}
