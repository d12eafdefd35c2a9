package httpserver

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/limits"
)

// The problem types for exceeding a rate and a quota. Waiting resolves the first, but not the
// second.
const (
	TooManyRequests = "urn:larder:problem:too-many-requests"
	quotaReached    = "urn:larder:problem:quota"
)

// Throttle admits a request within the limits of its kind, and answers 429 to all others. who
// identifies the requester: install it behind whatever authenticates.
func Throttle(throttle *limits.Throttle, kind func(*gin.Context) limits.Kind, who func(*gin.Context) string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if leave, ok := Enter(c, throttle, kind(c), who(c)); ok {
			defer leave()
			c.Next()
		}
	}
}

// Enter is Throttle for a handler that identifies the requester itself. If ok is false the request
// has been answered.
func Enter(c *gin.Context, throttle *limits.Throttle, kind limits.Kind, who string) (leave func(), ok bool) {
	leave, err := throttle.Enter(c.Request.Context(), kind, who)
	if err == nil {
		return leave, true
	}
	WriteProblem(c, Refusal(c.Writer.Header(), err))
	return nil, false
}

// QuotaProblem reports that a person has reached a quota. kind names the quota in metrics, what in
// words.
func QuotaProblem(kind, what string, limit int64) Problem {
	return Problem{
		Type: quotaReached, Title: "There is no room for more", Status: http.StatusUnprocessableEntity,
		Detail: fmt.Sprintf("You may have %d %s, and this would be more. Waiting doesn't help: make room first.", limit, what),
		Extra:  map[string]any{"kind": kind, "limit": limit},
	}
}
