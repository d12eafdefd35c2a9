package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	// pingEvery is how long a quiet connection is trusted. A server that ends says so at once; this is
	// for a network that went silent.
	pingEvery = 2 * time.Second
	// besideEvery is the same for a socket of this machine, where there is no network.
	besideEvery  = 30 * time.Second
	pingTimeout  = 2 * time.Second
	closeTimeout = time.Second
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// nextNotification waits for a notification on a connection. Meanwhile it watches the connection, and gives an error once
// it is broken.
func nextNotification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		heard, err := waitOrPing(ctx, conn)
		if err != nil || heard != nil {
			return heard, err
		}
	}
}

// waitOrPing gives nil where nothing was heard, and the connection is sound.
func waitOrPing(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	quiet := pingEvery
	if conn.PgConn().Conn().RemoteAddr().Network() == "unix" {
		quiet = besideEvery
	}
	waiting, cancel := context.WithTimeout(ctx, quiet)
	defer cancel()
	heard, err := conn.WaitForNotification(waiting)
	if err == nil {
		return heard, nil
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("wait on a connection: %w", err)
	}
	pinging, cancelPing := context.WithTimeout(ctx, pingTimeout)
	defer cancelPing()
	if err := conn.Ping(pinging); err != nil {
		return nil, fmt.Errorf("ping a connection: %w", err)
	}
	return nil, nil
}

// closeConn says goodbye to the server also when ctx is done, so that it frees the session's locks now.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}

// worthALine tells which attempts are logged: all of an hour's outage would bury everything else.
func worthALine(attempt int) bool { return attempt == 0 || attempt%10 == 9 }

// pause waits before another attempt, longer each time, or until ctx is done.
func pause(ctx context.Context, attempt int) {
	d := longestPause
	if attempt < 6 {
		d = min(firstPause<<attempt, longestPause)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
