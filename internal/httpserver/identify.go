package httpserver

import (
	"crypto/rand"

	"github.com/gin-gonic/gin"
)

// headerRequestID is in net/http's canonical form, so it is the key in the header map.
const headerRequestID = "X-Request-Id"

const maxRequestID = 64

// identify sets the request's id (the caller's, if acceptable) and the headers that stop browsers
// from sniffing content. A handler may set others.
func identify() gin.HandlerFunc {
	// All answers share these slices. Setting or adding a header makes new ones.
	noSniff := []string{"nosniff"}
	noFrame := []string{"DENY"}
	referrer := []string{"same-origin"}
	noScript := []string{"default-src 'none'; frame-ancestors 'none'"}
	private := []string{"private, no-cache"}
	return func(c *gin.Context) {
		header := c.Writer.Header()
		header[headerRequestID] = []string{requestID(c.Request.Header.Get(headerRequestID))}
		header["X-Content-Type-Options"] = noSniff
		header["X-Frame-Options"] = noFrame
		header["Referrer-Policy"] = referrer
		header["Content-Security-Policy"] = noScript
		header["Cache-Control"] = private
	}
}

// RequestID returns the request's id, which is in its log line and its problem.
func RequestID(c *gin.Context) string { return c.Writer.Header().Get(headerRequestID) }

// requestID keeps a given id only if it is safe in a log line and in a header.
func requestID(given string) string {
	if given == "" || len(given) > maxRequestID {
		return rand.Text()
	}
	for i := range len(given) {
		if !isIDByte(given[i]) {
			return rand.Text()
		}
	}
	return given
}

func isIDByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_' || b == '.'
}
