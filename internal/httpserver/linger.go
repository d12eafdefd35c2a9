package httpserver

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// How much of a refused body is read, and for how long, so that whoever sends it gets to the answer.
const (
	lingerBytes = 64 << 20
	lingerFor   = 10 * time.Second
)

// linger answers a request that is refused before its body was read, and reads on for a while. A plain client
// sends all of a body before it looks for an answer: were the connection closed with bytes unread, the system
// would reset it, and the client would see that in place of the 413.
func linger(c *gin.Context) {
	if c.Request.Body == nil || c.Request.Body == http.NoBody {
		return
	}
	body := &followed{ReadCloser: c.Request.Body}
	c.Request.Body = body
	c.Next()
	waits := c.GetHeader("Expect") != "" && !body.begun // for a word before it sends anything
	if c.Writer.Status() < http.StatusBadRequest || body.ended || waits {
		return
	}
	readOn(c, body)
}

func readOn(c *gin.Context, body io.Reader) {
	control := http.NewResponseController(c.Writer)
	// Both fail for a writer without a connection (in a test, in a function), where there is nothing to reset.
	if control.EnableFullDuplex() != nil || control.SetReadDeadline(time.Now().Add(lingerFor)) != nil {
		return
	}
	if stopping, ok := c.Request.Context().Value(stoppingKey{}).(context.Context); ok {
		release := context.AfterFunc(stopping, func() { _ = control.SetReadDeadline(time.Now()) })
		defer release()
	}
	c.Writer.Flush() // a client that does look stops sending
	_, _ = io.CopyN(io.Discard, body, lingerBytes)
}

// followed is a body that knows how far it was read.
type followed struct {
	io.ReadCloser

	begun, ended bool
}

// Read is that of io.Reader.
func (f *followed) Read(into []byte) (int, error) {
	f.begun = true
	n, err := f.ReadCloser.Read(into)
	f.ended = f.ended || errors.Is(err, io.EOF)
	return n, err //nolint:wrapcheck // it stands for the body below
}
