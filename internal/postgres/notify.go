package postgres

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// notifyGap is the minimum interval between notifications. A commit with a notification takes a
	// server-wide lock, so their number must not grow with the write rate.
	notifyGap     = 5 * time.Millisecond
	notifyTimeout = time.Second
	// maxKeys is how many keys one statement notifies. Above that it notifies that any key may be
	// affected.
	maxKeys = 500
)

// Notifier sends hints on a channel after commits, coalesced into one notification per key. They
// are only hints: listeners also poll occasionally.
type Notifier struct {
	notify  func(ctx context.Context, keys []string) error
	channel string
	log     *slog.Logger
	due     chan struct{}

	mu   sync.Mutex
	keys map[string]struct{}
}

// NewNotifier returns a notifier for a channel. It sends while Run is running.
func NewNotifier(pool *pgxpool.Pool, channel string, log *slog.Logger) *Notifier {
	notify := func(ctx context.Context, keys []string) error {
		_, err := pool.Exec(ctx, `SELECT pg_notify($1, key) FROM unnest($2::text[]) AS key`, channel, keys)
		return err
	}
	return &Notifier{
		notify: notify, channel: channel, log: log, due: make(chan struct{}, 1), keys: map[string]struct{}{},
	}
}

// Hint requests a notification. It never blocks. Call it after the commit.
func (n *Notifier) Hint() { n.HintOf("") }

// HintOf requests a notification of one key. It never blocks. Call it after the commit.
func (n *Notifier) HintOf(key string) {
	n.mu.Lock()
	n.keys[key] = struct{}{}
	n.mu.Unlock()
	signal(n.due)
}

// Run sends notifications until ctx is done. The first hint after a pause is sent at once. It is
// idle without hints: a ticker would wake the program two hundred times a second, and a tick that
// passed before a hint would let the next one out without its gap.
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

// Flush sends any pending notification, for a process that doesn't Run between requests.
func (n *Notifier) Flush(ctx context.Context) {
	select {
	case <-n.due:
		n.send(ctx)
	default:
	}
}

func (n *Notifier) send(ctx context.Context) {
	keys := n.take()
	if len(keys) == 0 { // a hint that came while the last keys were taken went with them
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
