// Package groceryfeed is the projection that publishes grocery requests on the public feed exactly
// once, even if they are delivered twice, late, or from the beginning again.
//
// The feed itself records what was sent. Each message carries its user's highest change number on
// the feed so far. A request above that hasn't been sent. One below has, unless requests arrived
// out of order; then the feed is searched for it. Each message is published on condition that the
// feed is unchanged since it was read, so two processes can't both send it.
//
// When a recipe is forgotten, its requests are republished without items and removed from the feed.
//
// A feed only knows what it has had. A request that an operator's tool republishes and that is
// older than the feed was sent by the previous, lost feed: nothing here can verify that, and
// subscribers have received it.
package groceryfeed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

// Name is the projection's name.
const Name = "grocery"

// Source is the CloudEvents source of the feed's events.
const Source = "/larder/projectors/grocery"

// Projection publishes on the stream GROCERY.
type Projection struct {
	conn *jetstream.Conn
	log  *slog.Logger
}

// Stream is the public feed. It has its own account, so that its readers can access nothing else.
func Stream() jetstream.StreamConfig {
	return jetstream.StreamConfig{Name: events.Feed, Subjects: events.FeedSubjects()}
}

// New returns the projection. conn is a connection to the feed's account, not the one of the
// events. The caller closes it.
func New(conn *jetstream.Conn, log *slog.Logger) *Projection {
	return &Projection{conn: conn, log: log}
}

// Spec is the same for every instance of this projection.
func Spec() projectors.Spec {
	return projectors.Spec{Name: Name, Filters: []string{events.AllGroceries}, Lanes: 4, Batch: 64, Unfillable: true}
}

// Spec implements projectors.Projection.
func (p *Projection) Spec() projectors.Spec { return Spec() }

// Apply implements projectors.Projection.
func (p *Projection) Apply(ctx context.Context, batch []projectors.Event) error {
	feeds := map[string]*feed{}
	batch, err := p.withoutSent(ctx, batch)
	if err != nil {
		return err
	}
	for _, event := range batch {
		grocery, err := events.DecodeGrocery(event.Envelope)
		if err != nil {
			return err
		}
		user := event.User()
		if feeds[user] == nil {
			feeds[user] = &feed{conn: p.conn, subject: events.FeedSubject(user)}
		}
		if grocery.Forgotten() {
			err = feeds[user].forgetRequest(ctx, grocery.RequestID)
		} else {
			err = feeds[user].send(ctx, event, grocery)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withoutSent drops republished requests that are older than the feed.
func (p *Projection) withoutSent(ctx context.Context, batch []projectors.Event) ([]projectors.Event, error) {
	if !slices.ContainsFunc(batch, func(e projectors.Event) bool { return e.Repeated }) {
		return batch, nil
	}
	feed, err := p.conn.State(ctx, events.Feed)
	if err != nil {
		return nil, err
	}
	rest := slices.DeleteFunc(slices.Clone(batch), func(e projectors.Event) bool {
		return e.Repeated && e.Time.Before(feed.Created)
	})
	if sent := len(batch) - len(rest); sent > 0 {
		p.log.InfoContext(ctx, "passed over grocery requests that are older than the feed and were sent by the one before it",
			slog.Int("requests", sent))
	}
	return rest, nil
}

// Erase implements projectors.Projection. Subscribers have copies of what is purged here, so they
// are told once, by an event that stays on the feed.
func (p *Projection) Erase(ctx context.Context, user string) (int, error) {
	count, err := p.conn.Purge(ctx, events.Feed, events.FeedSubject(user))
	if err != nil {
		return 0, err
	}
	_, told, err := p.conn.Last(ctx, events.Feed, events.ErasedSubject(user))
	if err != nil || told {
		return int(count), err
	}
	return int(count), p.tellErased(ctx, user)
}

// tellErased publishes that event. Its id is the user's, so that the server recognizes it if two
// processes send it.
func (p *Projection) tellErased(ctx context.Context, user string) error {
	data, err := json.Marshal(events.Erased{UserID: user})
	if err != nil {
		return fmt.Errorf("write that %s was erased: %w", user, err)
	}
	envelope := events.Envelope{
		ID: user, Source: Source, Type: events.UserErased,
		SchemaVersion: events.CurrentVersion(events.UserErased), Time: time.Now(),
		Subject: events.ErasedSubject(user), Data: data,
	}
	_, _, err = p.conn.Publish(ctx, jetstream.Message{
		Subject: envelope.Subject, Header: envelope.Headers(), Data: data,
	}, nil)
	return err
}

// Fresh implements projectors.Projection. It creates the feed, so that subscribers find it before
// the first request. It doesn't refill an empty one: its subscribers have received what it held.
func (p *Projection) Fresh(ctx context.Context) (bool, error) {
	if err := p.conn.EnsureStream(ctx, Stream()); err != nil {
		return false, fmt.Errorf("make the grocery feed: %w", err)
	}
	return false, nil
}

// Lost implements projectors.Watcher.
func (p *Projection) Lost(ctx context.Context) (bool, error) {
	_, err := p.conn.State(ctx, events.Feed)
	if errors.Is(err, jetstream.ErrNotFound) {
		return true, nil
	}
	return false, err
}

// Rebuild implements projectors.Projection. It publishes nothing, because subscribers can't undo
// what they have received. It compares the requests with the feed and reports how many are missing.
func (p *Projection) Rebuild(context.Context) (projectors.Target, error) {
	return &comparison{projection: p, feeds: map[string]*feed{}}, nil
}
