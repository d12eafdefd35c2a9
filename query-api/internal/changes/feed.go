package changes

import (
	"context"
	"log/slog"
	"time"
)

// feedPage is how many changes a feed reads at once.
const feedPage = 100

// Timing says how often a feed looks by itself.
type Timing struct {
	// Session is how often the session is verified while nothing happens. It bounds how long a stream stays
	// open after its session was ended; nothing is sent on it in that time, whatever happens.
	Session time.Duration
	// Beat is how often a heartbeat goes out, and how often the database is asked without a hint: a hint can
	// be lost, and must not be missed.
	Beat time.Duration
}

// DefaultTiming suits a phone's battery, and the minute after which proxies cut a silent connection.
func DefaultTiming() Timing { return Timing{Session: 2 * time.Second, Beat: 15 * time.Second} }

// Feeds opens feeds.
type Feeds struct {
	reader *Reader
	hub    *Hub
	timing Timing
	log    *slog.Logger
}

// NewFeeds makes Feeds over a reader, woken by a hub.
func NewFeeds(reader *Reader, hub *Hub, timing Timing, log *slog.Logger) *Feeds {
	return &Feeds{reader: reader, hub: hub, timing: timing, log: log}
}

// Feed is one user's changes as they happen, from a change number on.
type Feed struct {
	feeds    *Feeds
	listener *Listener
	owner    string
	after    int64
	due      bool // there may be something new
}

// Sink is where a feed goes. An error of any of the three ends the feed.
type Sink struct {
	Verify func(ctx context.Context) error // is the caller still let in
	Send   func(changes []Change) error
	Beat   func() error
}

// Now stands for the owner's last change, as the number to start a feed after.
const Now int64 = -1

// Open takes a place for a feed of what the owner changes after a number, or from Now. The caller closes it.
// The error is ErrTooManyListeners, or that of the database.
func (f *Feeds) Open(ctx context.Context, owner string, after int64) (*Feed, error) {
	// The place comes first: what happens between the two would go unheard the other way round.
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

// Close gives the feed's place back.
func (f *Feed) Close() { f.listener.Close() }

// Run sends until ctx ends or the sink fails, and gives the sink's error. It verifies the caller before each
// page that it sends.
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

// sendNew sends what there is. A database that can't be asked doesn't end the feed: it stays due, and the next
// turn asks again.
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
