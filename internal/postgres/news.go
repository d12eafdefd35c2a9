package postgres

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	// newsGap is the least time between two notifications of News: see notifyGap.
	newsGap = 5 * time.Millisecond
	// maxNews is of how many keys one notification tells. Of more it tells that all may be news.
	maxNews = 500
)

// News tells on a channel which keys something happened to, after the commit: many tellings become one. What is told
// may get lost; whoever listens looks by itself now and then as well.
type News struct {
	pool    *pgxpool.Pool
	channel string
	log     *slog.Logger
	due     chan struct{}

	mu   sync.Mutex
	keys map[string]struct{}
}

// NewNews makes news for a channel. It sends while Run runs.
func NewNews(pool *pgxpool.Pool, channel string, log *slog.Logger) *News {
	return &News{pool: pool, channel: channel, log: log, due: make(chan struct{}, 1), keys: map[string]struct{}{}}
}

// Of asks for a notification of one key. It never waits. Call it after the commit.
func (n *News) Of(key string) {
	n.mu.Lock()
	n.keys[key] = struct{}{}
	n.mu.Unlock()
	signal(n.due)
}

// Run sends until ctx is done. The first news after a rest go out at once.
func (n *News) Run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-n.due:
			n.send(ctx)
		}
		gap := time.NewTimer(newsGap)
		select {
		case <-ctx.Done():
		case <-gap.C:
		}
		gap.Stop()
	}
}

func (n *News) take() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	keys := make([]string, 0, len(n.keys))
	for key := range n.keys {
		keys = append(keys, key)
	}
	clear(n.keys)
	if len(keys) > maxNews {
		return []string{""}
	}
	return keys
}

func (n *News) send(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, notifyTimeout)
	defer cancel()
	_, err := n.pool.Exec(ctx, `SELECT pg_notify($1, key) FROM unnest($2::text[]) AS key`, n.channel, n.take())
	if err != nil {
		n.log.DebugContext(ctx, "notify", "channel", n.channel, "error", err)
	}
}

// ListenToNews calls heard with each key that is told of on a channel, and with "" where all may be news: after the
// connection was made, or made again, since what was told meanwhile is lost. It returns when ctx is done.
func ListenToNews(ctx context.Context, url, channel string, log *slog.Logger, heard func(key string)) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := listenToNews(ctx, url, channel, func(key string) {
			attempt = 0
			heard(key)
		})
		if ctx.Err() != nil {
			return
		}
		if worthALine(attempt) {
			log.WarnContext(ctx, "listen to the database: trying again", "channel", channel, "attempt", attempt+1, "error", err)
		}
		pause(ctx, attempt)
	}
}

func listenToNews(ctx context.Context, url, channel string, heard func(key string)) error {
	conn, err := connect(ctx, url, Options{Application: "larder listen " + channel})
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `LISTEN `+quoted(channel)); err != nil {
		return err
	}
	heard("")
	for {
		key, err := nextNews(ctx, conn)
		if err != nil {
			return err
		}
		heard(key)
	}
}

// nextNews waits for the next key, and watches the connection meanwhile.
func nextNews(ctx context.Context, conn *pgx.Conn) (key string, err error) {
	for {
		notification, err := waitOrPing(ctx, conn)
		if err != nil {
			return "", err
		}
		if notification != nil {
			return notification.Payload, nil
		}
	}
}
