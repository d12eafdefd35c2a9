package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/retry"
)

// standbyPoll is how often a standby tries to lead. It polls rather than blocks in the server: a
// waiting statement holds a snapshot, which holds back vacuum for hours.
const standbyPoll = 250 * time.Millisecond

// Leadership holds an advisory lock on a connection of its own.
type Leadership struct {
	ctx    context.Context //nolint:containedctx // the leadership's lifetime, which begins in Lead and not in a call
	cancel context.CancelCauseFunc
	done   chan struct{}
}

// Lead waits until it holds the advisory lock lockID in the database at url, however long that
// takes, even while the database is down. It fails when ctx is done, or if the address is invalid.
func Lead(ctx context.Context, url string, lockID int64, log *slog.Logger) (*Leadership, error) {
	for attempt := 0; ; attempt++ {
		conn, err := acquire(ctx, url, lockID)
		switch {
		case err == nil:
			return newLeadership(ctx, conn), nil
		case ctx.Err() != nil:
			return nil, fmt.Errorf("wait to lead by lock %d: %w", lockID, context.Cause(ctx))
		case errors.Is(err, errBadURL):
			return nil, err
		}
		if retry.WorthALine(attempt) {
			log.WarnContext(ctx, "wait to lead: trying again", "lock", lockID, "attempt", attempt+1, "error", err)
		}
		retry.Wait(ctx, retry.Delay(attempt, firstPause, longestPause))
	}
}

// Context is done once the leadership is lost: the connection broke, Release was called, or the
// context given to Lead is done. The leader's work runs under it.
func (l *Leadership) Context() context.Context { return l.ctx }

// Release gives up the leadership, and returns once another process can take it.
func (l *Leadership) Release() {
	l.cancel(errors.New("the leadership was given up"))
	<-l.done
}

func newLeadership(parent context.Context, conn *pgx.Conn) *Leadership {
	ctx, cancel := context.WithCancelCause(parent)
	l := &Leadership{ctx: ctx, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		err := watch(ctx, conn)
		// The work must end before the lock is released, as far as we can ensure it.
		cancel(fmt.Errorf("the leadership was lost: %w", err))
		closeConn(ctx, conn)
	}()
	return l
}

// watch returns when the connection, and so the lock, is gone.
func watch(ctx context.Context, conn *pgx.Conn) error {
	for {
		if _, err := nextNotification(ctx, conn); err != nil {
			return err
		}
	}
}

// acquire returns a connection that holds the lock.
func acquire(ctx context.Context, url string, lockID int64) (*pgx.Conn, error) {
	conn, err := Connect(ctx, url, Options{Application: "larder leader"})
	if err != nil {
		return nil, err
	}
	if err := poll(ctx, conn, lockID); err != nil {
		closeConn(ctx, conn)
		return nil, err
	}
	return conn, nil
}

func poll(ctx context.Context, conn *pgx.Conn, lockID int64) error {
	ticker := time.NewTicker(standbyPoll)
	defer ticker.Stop()
	for {
		var held bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lockID).Scan(&held); err != nil {
			return fmt.Errorf("ask for lock %d: %w", lockID, err)
		}
		if held {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

// Led reports whether somebody leads in a pool's database.
func Led(ctx context.Context, pool *pgxpool.Pool, lockID int64) (led bool, err error) {
	// The server shows a 64-bit key as two of 32 bits.
	err = pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND objsubid = 1
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295)`, lockID).Scan(&led)
	if err != nil {
		return false, fmt.Errorf("look who has lock %d: %w", lockID, err)
	}
	return led, nil
}
