package postgres

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5/pgconn"

	"larder.dev/internal/retry"
)

// Listen signals after notifications on a channel, coalescing them. It keeps its own connection and
// reconnects for ever, signalling then too, since notifications sent meanwhile are lost. When ctx
// is done it closes the returned channel.
func Listen(ctx context.Context, url, channel string, log *slog.Logger) <-chan struct{} {
	signals := make(chan struct{}, 1)
	go func() {
		defer close(signals)
		ListenToKeys(ctx, url, channel, log, func(string) { signal(signals) })
	}()
	return signals
}

// ListenToKeys calls heard with each key notified on a channel, and with "" when any key may be
// affected: after each connect, since earlier notifications are lost. It returns when ctx is done.
func ListenToKeys(ctx context.Context, url, channel string, log *slog.Logger, heard func(key string)) {
	for attempt := 0; ctx.Err() == nil; attempt++ {
		err := listen(ctx, url, channel, func(key string) {
			attempt = 0
			heard(key)
		})
		if ctx.Err() != nil {
			return
		}
		if retry.WorthALine(attempt) {
			log.WarnContext(ctx, "listen to the database: trying again", "channel", channel, "attempt", attempt+1, "error", err)
		}
		retry.Wait(ctx, retry.Delay(attempt, firstPause, longestPause))
	}
}

func listen(ctx context.Context, url, channel string, heard func(key string)) error {
	conn, err := Connect(ctx, url, Options{Application: "larder listen " + channel})
	if err != nil {
		return err
	}
	defer closeConn(ctx, conn)
	if _, err := conn.Exec(ctx, `LISTEN `+quoted(channel)); err != nil {
		return err
	}
	notification := &pgconn.Notification{} // discards everything sent before
	for err == nil {
		heard(notification.Payload)
		notification, err = nextNotification(ctx, conn)
	}
	return err
}
