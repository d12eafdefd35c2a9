package httpserver

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"
)

// limitedKey is the context key of the request's own context, for LongLived.
type limitedKey struct{}

// limited is a context with the deadline that knows the one without.
type limited struct {
	context.Context                 //nolint:containedctx // it is one
	request         context.Context //nolint:containedctx // the one that it limits
}

func (l limited) Value(key any) any {
	if key == (limitedKey{}) {
		return l.request
	}
	return l.Context.Value(key)
}

// limitTime gives the request's context a deadline. Handlers must heed it: nothing is cut off.
func limitTime(timeout time.Duration) gin.HandlerFunc {
	return func(c *gin.Context) {
		request := c.Request.Context()
		ctx, cancel := context.WithTimeout(request, timeout)
		defer cancel()
		c.Request = c.Request.WithContext(limited{Context: ctx, request: request})
		c.Next()
	}
}

// LongLived removes a request's deadlines: on its context, its reading and its writing. The context
// still ends when the caller leaves and when the server stops. A streaming handler calls it first,
// and the returned function at its end.
func LongLived(c *gin.Context) (end func()) {
	ctx := c.Request.Context()
	if request, ok := ctx.Value(limitedKey{}).(context.Context); ok {
		ctx = request
	}
	ctx, cancel := context.WithCancel(ctx)
	control := http.NewResponseController(c.Writer)
	// A writer without deadlines (in a test) has none to remove.
	_ = control.SetReadDeadline(time.Time{})
	_ = control.SetWriteDeadline(time.Time{})
	release := func() bool { return true }
	if stopping, ok := ctx.Value(stoppingKey{}).(context.Context); ok {
		release = context.AfterFunc(stopping, func() {
			cancel()
			_ = control.SetReadDeadline(time.Unix(1, 0)) // a body read doesn't watch the context
		})
	}
	c.Request = c.Request.WithContext(ctx)
	return func() {
		release()
		cancel()
	}
}

// limitBody refuses a body that declares an excessive length, and cuts off other long ones.
func limitBody(limit int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		switch body := c.Request.Body; {
		case body == nil || body == http.NoBody:
		case c.Request.ContentLength > limit:
			WriteProblem(c, tooLargeProblem(limit))
		default:
			c.Request.Body = http.MaxBytesReader(c.Writer, body, limit)
		}
	}
}

// requireText refuses a URL with invalid UTF-8 or control characters: Postgres rejects both, which
// would become a 500.
func requireText(c *gin.Context) {
	if !isText(c.Request.URL.Path) {
		WriteProblem(c, Problem{
			Status: http.StatusBadRequest, Detail: "The address isn't text in UTF-8 without control characters.",
		})
		return
	}
	if c.Request.URL.RawQuery == "" {
		return
	}
	query, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		WriteProblem(c, Problem{Status: http.StatusBadRequest, Detail: "The query of the address can't be read."})
		return
	}
	for name, values := range query {
		if !isText(name) {
			name = ""
		} else if isText(strings.Join(values, "")) {
			continue
		}
		WriteProblem(c, Problem{
			Status: http.StatusBadRequest, Detail: "The query of the address isn't text.",
			Errors: []FieldError{{Field: name, Detail: "must be text in UTF-8 without control characters"}},
		})
		return
	}
}

func isText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}
