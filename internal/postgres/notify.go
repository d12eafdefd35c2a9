package postgres

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// notifyGap is the least time between two notifications. A commit with a notification takes a lock
	// of the whole server, so their number must not grow with the rate of writes.
	notifyGap     = 5 * time.Millisecond
	notifyTimeout = time.Second
)

// Notifier sends a hint on a channel after commits: many hints become one notification. It is a hint and
// no more: whoever listens looks by itself now and then as well.
type Notifier struct {
	notify  func(ctx context.Context) error
	channel string
	log     *slog.Logger
	hints   chan struct{}
}

// NewNotifier makes a notifier for a channel. It sends while Run runs.
func NewNotifier(pool *pgxpool.Pool, channel string, log *slog.Logger) *Notifier {
	notify := func(ctx context.Context) error {
		_, err := pool.Exec(ctx, `SELECT pg_notify($1, '')`, channel)
		return err
	}
	return &Notifier{notify: notify, channel: channel, log: log, hints: make(chan struct{}, 1)}
}

// Hint asks for a notification. It never waits. Call it after the commit.
func (n *Notifier) Hint() {
	select {
	case n.hints <- struct{}{}:
	default: // one is asked for already, and is sent after this commit
	}
}

// Run sends notifications until ctx is done. The first hint after a rest goes out at once. While there are none it does
// nothing: a ticker would wake the program two hundred times a second, and one that went by before a hint would let the
// next one out without its gap.
func (n *Notifier) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.hints:
			n.send(ctx)
		}
		gap := time.NewTimer(notifyGap)
		select {
		case <-ctx.Done():
			gap.Stop()
			return
		case <-gap.C:
		}
	}
}

// Flush sends the notification that is asked for and not sent yet, if there is one. It is for a process that doesn't
// Run between two requests.
func (n *Notifier) Flush(ctx context.Context) {
	select {
	case <-n.hints:
		n.send(ctx)
	default:
	}
}

func (n *Notifier) send(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	if err := n.notify(ctx); err != nil {
		n.log.DebugContext(ctx, "notify", "channel", n.channel, "error", err)
	}
}

// Listen gives a signal after notifications on a channel: many become one. It keeps a connection of its
// own and makes it again when it breaks, for ever, and gives a signal then too, since what was sent
// meanwhile is lost. The signals end, with the closing of the channel, when ctx is done.
func Listen(ctx context.Context, url, channel string, log *slog.Logger) <-chan struct{} {
	signals := make(chan struct{}, 1)
	go func() {
		defer close(signals)
		for attempt := 0; ctx.Err() == nil; attempt++ {
			err := listen(ctx, url, channel, func() {
				attempt = 0
				signal(signals)
			})
			if ctx.Err() != nil {
				return
			}
			if worthALine(attempt) {
				log.WarnContext(ctx, "listen to the database: trying again", "channel", channel, "attempt", attempt+1, "error", err)
			}
			pause(ctx, attempt)
		}
	}()
	return signals
}

func listen(ctx context.Context, url, channel string, heard func()) error {
	conn, err := connect(ctx, url, Options{Application: "larder listen " + channel})
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `LISTEN `+quoted(channel)); err != nil {
		return err
	}
	heard()
	for {
		if err := alive(ctx, conn); err != nil {
			return err
		}
		heard()
	}
}

func signal(signals chan<- struct{}) {
	select {
	case signals <- struct{}{}:
	default:
	}
}
