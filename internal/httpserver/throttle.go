package httpserver

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/limits"
)

// The types of the problems that answer who asks for too much, and who keeps too much. The first is mended by waiting, the
// second isn't.
const (
	TooManyRequests = "urn:larder:problem:too-many-requests"
	quotaReached    = "urn:larder:problem:quota"
)

// Throttle admits a request within the limits of its kind, and answers 429 to every other. who is whose request it is: it
// stands behind what finds that out.
func Throttle(throttle *limits.Throttle, kind func(*gin.Context) limits.Kind, who func(*gin.Context) string) gin.HandlerFunc {
	return func(c *gin.Context) {
		if leave, ok := Enter(c, throttle, kind(c), who(c)); ok {
			defer leave()
			c.Next()
		}
	}
}

// Enter is Throttle for a handler that finds out itself whose request it is. Where ok is false the request is answered.
func Enter(c *gin.Context, throttle *limits.Throttle, kind limits.Kind, who string) (leave func(), ok bool) {
	leave, err := throttle.Enter(c.Request.Context(), kind, who)
	if err == nil {
		return leave, true
	}
	WriteProblem(c, Refusal(c.Writer.Header(), err))
	return nil, false
}

// QuotaProblem says that a person keeps as much of something as they may. kind is that something as metrics name it, what
// in words.
func QuotaProblem(kind, what string, limit int64) Problem {
	return Problem{
		Type: quotaReached, Title: "There is no room for more", Status: http.StatusUnprocessableEntity,
		Detail: fmt.Sprintf("You may have %d %s, and this would be more. Waiting doesn't help: make room first.", limit, what),
		Extra:  map[string]any{"kind": kind, "limit": limit},
	}
}
