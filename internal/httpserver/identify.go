package httpserver

import (
	"crypto/rand"

	"github.com/gin-gonic/gin"
)

// headerRequestID is spelled as net/http spells it, so that it is the key in the map of the headers.
const headerRequestID = "X-Request-Id"

const maxRequestID = 64

// identify gives the request an id (the caller's, where it has a sound one) and the answer the headers
// that keep a browser from making more of it than it is. A handler may set others.
func identify() gin.HandlerFunc {
	// All answers share these slices. Setting and adding a header makes new ones, so nobody writes here.
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

// RequestID gives the id of the request, which its log line and its problem carry.
func RequestID(c *gin.Context) string { return c.Writer.Header().Get(headerRequestID) }

// requestID keeps a given id only where it can do no harm in a log line or in a header.
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
