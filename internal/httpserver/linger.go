package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// How much of a refused body is read, and for how long, so that its sender gets to the answer.
const (
	lingerBytes = 64 << 20
	lingerFor   = 10 * time.Second
)

// linger answers a request refused before its body was read, and keeps reading for a while. A
// simple client sends the whole body before it reads the answer: closing the connection with unread
// bytes makes the system reset it, and the client would see that instead of the 413.
func linger(c *gin.Context) {
	if c.Request.Body == nil || c.Request.Body == http.NoBody {
		return
	}
	body := &followed{ReadCloser: c.Request.Body}
	c.Request.Body = body
	c.Next()
	waits := c.GetHeader("Expect") != "" && !body.begun // for a 100 Continue
	if c.Writer.Status() < http.StatusBadRequest || body.ended || waits {
		return
	}
	readOn(c, body)
}

func readOn(c *gin.Context, body io.Reader) {
	control := http.NewResponseController(c.Writer)
	// Both fail for a writer without a connection (in a test, in a function), where nothing can be
	// reset.
	if control.EnableFullDuplex() != nil || control.SetReadDeadline(time.Now().Add(lingerFor)) != nil {
		return
	}
	if stopping, ok := c.Request.Context().Value(stoppingKey{}).(context.Context); ok {
		release := context.AfterFunc(stopping, func() { _ = control.SetReadDeadline(time.Now()) })
		defer release()
	}
	c.Writer.Flush() // a client that reads early stops sending
	_, _ = io.CopyN(io.Discard, body, lingerBytes)
}

// followed is a body that tracks how far it was read.
type followed struct {
	io.ReadCloser

	begun, ended bool
}

// Read implements io.Reader.
func (f *followed) Read(into []byte) (int, error) {
	f.begun = true
	n, err := f.ReadCloser.Read(into)
	f.ended = f.ended || errors.Is(err, io.EOF)
	return n, err //nolint:wrapcheck // stands in for the wrapped body
}
