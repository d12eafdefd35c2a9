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
	// pingEvery is how long a quiet connection is trusted. A stopping server says so at once; this
	// detects a silent network.
	pingEvery = 2 * time.Second
	// besideEvery is the same for a local socket, which has no network.
	besideEvery  = 30 * time.Second
	pingTimeout  = 2 * time.Second
	closeTimeout = time.Second
	firstPause   = 50 * time.Millisecond
	longestPause = 2 * time.Second
)

// nextNotification waits for a notification on a connection. Meanwhile it watches the connection,
// and returns an error once it breaks.
func nextNotification(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		heard, err := waitOrPing(ctx, conn)
		if err != nil || heard != nil {
			return heard, err
		}
	}
}

// waitOrPing returns nil if nothing arrived and the connection works.
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

// closeConn closes cleanly even when ctx is done, so that the server frees the session's locks at
// once.
func closeConn(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	_ = conn.Close(ctx)
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
