package queryhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/changes"
)

// StreamEvents streams the caller's changes as they happen.
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
	stream, err := httpserver.OpenEventStream(c)
	if err != nil {
		return // the caller is gone
	}
	token := identity.TokenFrom(c)
	err = feed.Run(c.Request.Context(), changes.Sink{
		Verify: func(ctx context.Context) error {
			_, err := h.Sessions.Verify(ctx, token)
			return err
		},
		Send: func(batch []changes.Change) error { return sendChanges(stream, batch) },
		Beat: stream.Beat,
	})
	if err != nil && !errors.Is(err, identity.ErrNoSession) && c.Request.Context().Err() == nil {
		h.Log.InfoContext(c, "a stream of changes broke off", "user", identity.UserFrom(c).ID, "error", err)
	}
}

// startOf returns the change number to start after. A reconnecting browser's Last-Event-ID takes
// precedence over the original address.
func startOf(params StreamEventsParams) (int64, error) {
	if last := valueOr(params.LastEventID, ""); last != "" {
		return strconv.ParseInt(last, 10, 64)
	}
	return valueOr(params.Since, changes.Now), nil
}

func sendChanges(stream httpserver.EventStream, batch []changes.Change) error {
	var text bytes.Buffer
	for _, change := range batch {
		data, err := json.Marshal(changeEntry(change))
		if err != nil {
			return fmt.Errorf("encode change %d: %w", change.Number, err)
		}
		fmt.Fprintf(&text, "id: %d\nevent: change\ndata: %s\n\n", change.Number, data)
	}
	return stream.Write(text.Bytes())
}
