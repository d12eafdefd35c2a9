package changes

import (
	"context"
	"log/slog"
	"time"

	"larder.dev/internal/wake"
)

// feedPage is how many changes a feed reads at once.
const feedPage = 100

// Timing sets a feed's intervals.
type Timing struct {
	// Session is how often an idle feed verifies its session. It bounds how long a stream stays
	// open after its session has ended; nothing is sent on it in that time.
	Session time.Duration
	// Beat is how often a heartbeat is sent, and how often the database is polled in case a hint
	// was lost.
	Beat time.Duration
}

// DefaultTiming spares a phone's battery and stays below the minute after which proxies cut idle
// connections.
func DefaultTiming() Timing { return Timing{Session: 2 * time.Second, Beat: 15 * time.Second} }

// Feeds opens feeds.
type Feeds struct {
	reader *Reader
	hub    *wake.Hub
	timing Timing
	log    *slog.Logger
}

// NewFeeds returns Feeds that read from reader and are woken by hub.
func NewFeeds(reader *Reader, hub *wake.Hub, timing Timing, log *slog.Logger) *Feeds {
	return &Feeds{reader: reader, hub: hub, timing: timing, log: log}
}

// Feed is a live feed of one user's changes, from a change number on.
type Feed struct {
	feeds    *Feeds
	listener *wake.Listener
	owner    string
	after    int64
	due      bool // there may be new changes
}

// Sink receives a feed. An error from any of the three ends the feed.
type Sink struct {
	Verify func(ctx context.Context) error // whether the caller still has access
	Send   func(changes []Change) error
	Beat   func() error
}

// Now starts a feed after the owner's last change.
const Now int64 = -1

// Open opens a feed of the owner's changes after a number, or from Now. The caller must close it.
// It returns wake.ErrTooMany or the database's error.
func (f *Feeds) Open(ctx context.Context, owner string, after int64) (*Feed, error) {
	// Listen before reading the last change, or a change between the two would be missed.
	listener, err := f.hub.Listen(owner)
	if err != nil {
		return nil, err
	}
	if after == Now {
		after, err = f.reader.Last(ctx, owner)
		if err != nil {
			listener.Close()
			return nil, err
		}
	}
	return &Feed{feeds: f, listener: listener, owner: owner, after: after, due: true}, nil
}

// Close releases the feed.
func (f *Feed) Close() { f.listener.Close() }

// Run sends changes until ctx ends or the sink fails, and returns the sink's error. It verifies the
// caller before each page.
func (f *Feed) Run(ctx context.Context, sink Sink) error {
	session := time.NewTicker(f.feeds.timing.Session)
	defer session.Stop()
	beat := time.NewTicker(f.feeds.timing.Beat)
	defer beat.Stop()
	for ctx.Err() == nil {
		if err := f.sendNew(ctx, sink); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
		case <-session.C:
			if err := sink.Verify(ctx); err != nil {
				return err
			}
		case <-f.listener.Wake():
			f.due = true
		case <-beat.C:
			f.due = true
			if err := sink.Beat(); err != nil {
				return err
			}
		}
	}
	return nil
}

// sendNew sends what is new. If the database is unreachable, the feed stays due and retries at its
// next turn.
func (f *Feed) sendNew(ctx context.Context, sink Sink) error {
	for f.due {
		page, err := f.feeds.reader.Since(ctx, f.owner, f.after, feedPage)
		if err != nil {
			if ctx.Err() == nil {
				f.feeds.log.WarnContext(ctx, "a stream of changes can't look for new ones",
					"user", f.owner, "after", f.after, "error", err)
			}
			return nil
		}
		if err := f.send(ctx, page, sink); err != nil {
			return err
		}
		f.after, f.due = page.Next, page.More
	}
	return nil
}

func (f *Feed) send(ctx context.Context, page Page, sink Sink) error {
	if len(page.Changes) == 0 {
		return nil
	}
	if err := sink.Verify(ctx); err != nil {
		return err
	}
	return sink.Send(page.Changes)
}
