package httpserver

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// sendTimeout is how long a caller may take to receive what is sent: one that has gone to sleep with the
// connection open must not hold memory for ever.
const sendTimeout = 10 * time.Second

// eventStream is the media type of a stream.
const eventStream = "text/event-stream"

func isEventStream(header http.Header) bool { return header.Get("Content-Type") == eventStream }

// greeting opens a stream, so that the caller knows at once that it stands, and says after how many
// milliseconds to come back when it falls.
const greeting = "retry: 2000\n: this stream is open\n\n"

// EventStream writes server-sent events to one caller.
type EventStream struct {
	writer  gin.ResponseWriter
	control *http.ResponseController
}

// OpenEventStream answers with the head of a stream. Call LongLived before. An error of this or of a later
// write means that the caller is gone.
func OpenEventStream(c *gin.Context) (EventStream, error) {
	s := EventStream{writer: c.Writer, control: http.NewResponseController(c.Writer)}
	header := s.writer.Header()
	header.Set("Content-Type", eventStream)
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would keep events back until it has a page of them
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

// Beat sends a comment, which keeps the way open and nobody sees.
func (s EventStream) Beat() error { return s.Write([]byte(": \n\n")) }
