package postgres

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// notifyGap is the least time between two notifications. A commit with a notification takes a lock
	// of the whole server, so their number must not grow with the rate of writes.
	notifyGap     = 5 * time.Millisecond
	notifyTimeout = time.Second
	// maxKeys is of how many keys one statement tells. Of more it tells that something may have happened to all.
	maxKeys = 500
)

// Notifier sends hints on a channel after commits: many hints become one notification for each key. They are hints and
// no more: whoever listens looks by itself now and then as well.
type Notifier struct {
	notify  func(ctx context.Context, keys []string) error
	channel string
	log     *slog.Logger
	due     chan struct{}

	mu   sync.Mutex
	keys map[string]struct{}
}

// NewNotifier makes a notifier for a channel. It sends while Run runs.
func NewNotifier(pool *pgxpool.Pool, channel string, log *slog.Logger) *Notifier {
	notify := func(ctx context.Context, keys []string) error {
		_, err := pool.Exec(ctx, `SELECT pg_notify($1, key) FROM unnest($2::text[]) AS key`, channel, keys)
		return err
	}
	return &Notifier{
		notify: notify, channel: channel, log: log, due: make(chan struct{}, 1), keys: map[string]struct{}{},
	}
}

// Hint asks for a notification. It never waits. Call it after the commit.
func (n *Notifier) Hint() { n.HintOf("") }

// HintOf asks for a notification of one key. It never waits. Call it after the commit.
func (n *Notifier) HintOf(key string) {
	n.mu.Lock()
	n.keys[key] = struct{}{}
	n.mu.Unlock()
	signal(n.due)
}

// Run sends notifications until ctx is done. The first hint after a rest goes out at once. While there are none it does
// nothing: a ticker would wake the program two hundred times a second, and one that went by before a hint would let the
// next one out without its gap.
func (n *Notifier) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-n.due:
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
	case <-n.due:
		n.send(ctx)
	default:
	}
}

func (n *Notifier) send(ctx context.Context) {
	keys := n.take()
	if len(keys) == 0 { // a hint that came while the last ones were taken has gone with them
		return
	}
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	if err := n.notify(ctx, keys); err != nil {
		n.log.DebugContext(ctx, "notify", "channel", n.channel, "error", err)
	}
}

func (n *Notifier) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	keys := make([]string, 0, len(n.keys))
	for key := range n.keys {
		keys = append(keys, key)
	}
	clear(n.keys)
	if len(keys) > maxKeys {
		return []string{""}
	}
	return keys
}

func signal(signals chan<- struct{}) {
	select {
	case signals <- struct{}{}:
	default:
	}
}
