package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/changes"
)

// sendTimeout is how long a caller may take to receive what is sent: one that has gone to sleep with the
// connection open must not hold memory for ever.
const sendTimeout = 10 * time.Second

// greeting opens the stream, so that the caller knows at once that it stands, and says after how many
// milliseconds to come back when it falls.
const greeting = "retry: 2000\n: this is the stream of your changes\n\n"

// StreamEvents sends the caller's changes as they happen.
func (h *Handlers) StreamEvents(c *gin.Context, params StreamEventsParams) {
	after, err := startOf(params)
	if err != nil {
		refuseField(c, "Last-Event-ID", "isn't a change number")
		return
	}
	feed, err := h.Feeds.Open(c.Request.Context(), identity.UserFrom(c).ID, after)
	if err != nil {
		h.fail(c, err)
		return
	}
	defer feed.Close()
	end := httpserver.LongLived(c)
	defer end()
	stream := eventStream{writer: c.Writer, control: http.NewResponseController(c.Writer)}
	if err := stream.begin(); err != nil {
		return // the caller is gone
	}
	token := identity.TokenFrom(c)
	err = feed.Run(c.Request.Context(), changes.Sink{
		Verify: func(ctx context.Context) error {
			_, err := h.Sessions.Verify(ctx, token)
			return err
		},
		Send: stream.send,
		Beat: func() error { return stream.write([]byte(": \n\n")) },
	})
	if err != nil && !errors.Is(err, identity.ErrNoSession) && c.Request.Context().Err() == nil {
		h.Log.InfoContext(c, "a stream of changes broke off", "user", identity.UserFrom(c).ID, "error", err)
	}
}

// startOf is the change number that the stream starts after. What a browser says when it comes back counts more
// than the address that it first came to.
func startOf(params StreamEventsParams) (int64, error) {
	if last := valueOr(params.LastEventID, ""); last != "" {
		return strconv.ParseInt(last, 10, 64)
	}
	return valueOr(params.Since, changes.Now), nil
}

// eventStream writes server-sent events.
type eventStream struct {
	writer  gin.ResponseWriter
	control *http.ResponseController
}

func (s eventStream) begin() error {
	header := s.writer.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would keep events back until it has a page of them
	s.writer.WriteHeader(http.StatusOK)
	return s.write([]byte(greeting))
}

func (s eventStream) send(batch []changes.Change) error {
	var text bytes.Buffer
	for _, change := range batch {
		data, err := json.Marshal(changeEntry(change))
		if err != nil {
			return fmt.Errorf("encode change %d: %w", change.Number, err)
		}
		fmt.Fprintf(&text, "id: %d\nevent: change\ndata: %s\n\n", change.Number, data)
	}
	return s.write(text.Bytes())
}

func (s eventStream) write(text []byte) error {
	// A writer without deadlines (in a test) can't block either.
	_ = s.control.SetWriteDeadline(time.Now().Add(sendTimeout))
	if _, err := s.writer.Write(text); err != nil {
		return fmt.Errorf("send events: %w", err)
	}
	if err := s.control.Flush(); err != nil {
		return fmt.Errorf("flush events: %w", err)
	}
	return nil
}
