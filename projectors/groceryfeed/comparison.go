package groceryfeed

import (
	"context"
	"log/slog"

	"larder.dev/events"
	"larder.dev/projectors"
)

// comparison is the rebuild of a feed that must not be sent again: it counts what the feed lacks.
type comparison struct {
	projection *Projection
	feeds      map[string]*feed
	present    int
	missing    int
}

// Apply implements projectors.Target.
func (c *comparison) Apply(ctx context.Context, batch []projectors.Event) error {
	for _, event := range batch {
		grocery, err := events.DecodeGrocery(event.Envelope)
		if err != nil {
			return err
		}
		if grocery.Forgotten() {
			continue // it was removed from the feed
		}
		user := event.User()
		if c.feeds[user] == nil {
			c.feeds[user] = &feed{conn: c.projection.conn, subject: events.FeedSubject(user)}
		}
		sent, err := c.feeds[user].has(ctx, event.Change, grocery.RequestID)
		if err != nil {
			return err
		}
		if sent {
			c.present++
		} else {
			c.missing++
		}
	}
	return nil
}

// Commit implements projectors.Target. The missing requests include those that the live projection
// hasn't reached yet; it will send them.
func (c *comparison) Commit(ctx context.Context) error {
	attrs := []any{slog.Int("on_feed", c.present), slog.Int("not_on_feed", c.missing)}
	if c.missing > 0 {
		c.projection.log.WarnContext(ctx, "compared the grocery requests with the feed; some are not on it", attrs...)
		return nil
	}
	c.projection.log.InfoContext(ctx, "compared the grocery requests with the feed; all are on it", attrs...)
	return nil
}

// Abort implements projectors.Target.
func (c *comparison) Abort(context.Context) error { return nil }
