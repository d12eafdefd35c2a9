package postgres

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// standbyPoll is how often one that doesn't lead asks whether it may. It asks and doesn't wait inside
// the server: a statement that waits holds a snapshot, and keeps vacuum from its work for hours.
const standbyPoll = 250 * time.Millisecond

// Leadership is the holding of an advisory lock by a connection of its own.
type Leadership struct {
	ctx    context.Context //nolint:containedctx // how long the leadership lasts; it begins in Lead and not in a call
	cancel context.CancelCauseFunc
	done   chan struct{}
}

// Lead waits until it holds the advisory lock lockID in the database at url, however long that takes,
// also while the database is away. It fails when ctx is done, or when the address can't be read.
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
		if worthALine(attempt) {
			log.WarnContext(ctx, "wait to lead: trying again", "lock", lockID, "attempt", attempt+1, "error", err)
		}
		pause(ctx, attempt)
	}
}

// Context is done once the leadership is lost: the connection broke, Release was called, or the context
// given to Lead is done. The work of a leader runs under it.
func (l *Leadership) Context() context.Context { return l.ctx }

// Release gives the leadership up, and returns when another one can have it.
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
		// The work must end before the lock is free, as far as that is in our hands.
		cancel(fmt.Errorf("the leadership was lost: %w", err))
		closeConn(ctx, conn)
	}()
	return l
}

// watch returns when the connection, and the lock with it, is gone.
func watch(ctx context.Context, conn *pgx.Conn) error {
	for {
		if _, err := nextNotification(ctx, conn); err != nil {
			return err
		}
	}
}

// acquire gives a connection that holds the lock.
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

// Led tells whether somebody leads in the database of a pool.
func Led(ctx context.Context, pool *pgxpool.Pool, lockID int64) (led bool, err error) {
	// The server shows a key of 64 bits as two of 32.
	err = pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_locks
		WHERE locktype = 'advisory' AND granted AND objsubid = 1
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
		AND classid::bigint = $1::bigint >> 32 AND objid::bigint = $1::bigint & 4294967295)`, lockID).Scan(&led)
	if err != nil {
		return false, fmt.Errorf("look who has lock %d: %w", lockID, err)
	}
	return led, nil
}
