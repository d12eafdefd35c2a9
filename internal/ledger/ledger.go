// Package ledger is the ground of every write of a user: the lock under which a user's changes are
// numbered, the append-only log of events beside the state in one transaction, and the answers that make a
// command repeatable. What the state is, and what the events say, is the caller's.
//
// Every write of a user begins by taking the row lock of user_changes. Under it the user's change number
// and the id of the log row are drawn, so that both are in the order of the commits of that user.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
)

// Channel is where a commit is hinted at with NOTIFY, for the relay that reads the log.
const Channel = "larder_event_log"

// ErrNoUser is the error of a write for an account that doesn't exist, or doesn't any more.
var ErrNoUser = errors.New("no such user")

// Entry is a row of the log, but for what the log adds: its number, time and change number.
type Entry struct {
	ID            string // the event's: NewID
	Type          string
	SchemaVersion int
	Subject       string
	Version       int64
	Data          []byte // JSON
}

// Now is the time as Postgres keeps it: what is read back is the same as what went into the event.
func Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// NotBefore is Now, or earlier where that is later: another machine wrote that, or this one before its clock was set back.
func NotBefore(earlier time.Time) time.Time {
	if now := Now(); now.After(earlier) {
		return now
	}
	return earlier
}

// NewID gives a UUID that grows with time, so that rows go to the end of their index.
func NewID() string {
	return uuid.Must(uuid.NewV7()).String() // it fails only without randomness, and then nothing is safe
}

// QueueLock takes the lock under which a user's changes are made.
func QueueLock(batch *pgx.Batch, user string) {
	batch.Queue(tables.LockUser, user).QueryRow(func(row pgx.Row) error {
		var change int64
		return NoUser(row.Scan(&change))
	})
}

// QueueDraw draws the user's next change number, which the statements after it read from the row.
func QueueDraw(batch *pgx.Batch, user string, change *int64) {
	batch.Queue(tables.DrawChange, user).QueryRow(func(row pgx.Row) error { return NoUser(row.Scan(change)) })
}

// NoUser makes ErrNoUser of a row that isn't there.
func NoUser(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoUser
	}
	return err
}

// QueueEntry appends to the log, after QueueDraw in the same transaction.
func QueueEntry(batch *pgx.Batch, user string, e Entry, traceParent string, now time.Time) {
	batch.Queue(tables.InsertEntry, user, e.ID, e.Type, e.SchemaVersion, e.Subject, e.Version, now, traceParent, e.Data)
}

// rollbackTimeout bounds a rollback, which must also run when the caller's context is done.
const rollbackTimeout = 2 * time.Second

// Begin gives the batch that opens a transaction: what is queued on it goes with BEGIN in one round trip.
func Begin() *pgx.Batch {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	batch.Queue(postgres.LimitLocks())
	return batch
}

// Together gives a batch whose statements are one transaction, without BEGIN and COMMIT: see Send.
func Together() *pgx.Batch {
	batch := &pgx.Batch{}
	batch.Queue(postgres.LimitLocks())
	return batch
}

// Transact runs a transaction of two round trips: opening, which Begin made, and what finish gives, with
// COMMIT behind it. finish is called when the results of opening are in. A nil batch from it rolls back.
//
// While another process writes for the same user, no connection is held: opening is sent again and again until ctx is
// done. In this process Turns has them one after the other.
func Transact(ctx context.Context, pool *pgxpool.Pool, opening *pgx.Batch, finish func() (*pgx.Batch, error)) error {
	return postgres.WhileLocked(ctx, func() error { return transact(ctx, pool, again(opening), finish) })
}

// Send runs a transaction of one round trip, which Together made. It waits as Transact does.
func Send(ctx context.Context, pool *pgxpool.Pool, batch *pgx.Batch) error {
	return postgres.WhileLocked(ctx, func() error { return pool.SendBatch(ctx, again(batch)).Close() })
}

func transact(ctx context.Context, pool *pgxpool.Pool, opening *pgx.Batch, finish func() (*pgx.Batch, error)) error {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("acquire a connection: %w", err)
	}
	defer conn.Release()
	defer rollback(ctx, conn) // does nothing after COMMIT
	if err := conn.SendBatch(ctx, opening).Close(); err != nil {
		return err
	}
	closing, err := finish()
	if err != nil || closing == nil {
		return err
	}
	closing.Queue("COMMIT")
	return conn.SendBatch(ctx, closing).Close()
}

// rollback leaves the connection fit for the next one. Where it fails the pool throws the connection away.
func rollback(ctx context.Context, conn *pgxpool.Conn) {
	if conn.Conn().IsClosed() || conn.Conn().PgConn().TxStatus() == 'I' {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	_, _ = conn.Exec(ctx, "ROLLBACK")
}
