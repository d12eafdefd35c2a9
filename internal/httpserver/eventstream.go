package httpserver

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// sendTimeout bounds how long a caller may take to receive data: a sleeping device with an open
// connection must not hold memory for ever.
const sendTimeout = 10 * time.Second

// eventStream is the media type of server-sent events.
const eventStream = "text/event-stream"

func isEventStream(header http.Header) bool { return header.Get("Content-Type") == eventStream }

// greeting opens a stream, so that the caller knows at once that it is connected, and sets the
// reconnection delay in milliseconds.
const greeting = "retry: 2000\n: this stream is open\n\n"

// EventStream writes server-sent events to one caller.
type EventStream struct {
	writer  gin.ResponseWriter
	control *http.ResponseController
}

// OpenEventStream sends a stream's headers. Call LongLived first. An error from this or a later
// write means that the caller is gone.
func OpenEventStream(c *gin.Context) (EventStream, error) {
	s := EventStream{writer: c.Writer, control: http.NewResponseController(c.Writer)}
	header := s.writer.Header()
	header.Set("Content-Type", eventStream)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // else nginx buffers a page of events
	s.writer.WriteHeader(http.StatusOK)
	return s, s.Write([]byte(greeting))
}

// Write sends whole events.
func (s EventStream) Write(events []byte) error {
	// A writer without deadlines (in a test) can't block either.
	_ = s.control.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := s.writer.Write(events); err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("flush events: %w", err)
	}
	return nil
}

// Beat sends a comment, which keeps the connection alive and is invisible to the page.
func (s EventStream) Beat() error { return s.Write([]byte(": \n\n")) }
