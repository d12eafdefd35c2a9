// Package postgres keeps the state of the write side and, beside it in the same transaction, the ledger of
// events. It also hands the ledger to the relay and holds the accounts.
//
// Every write of a user begins by taking the row lock of user_changes. Under it the user's change number
// and the id of the ledger row are drawn, so that both are in the order of the commits of that user.
package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Channel is where a commit is hinted at with NOTIFY.
const Channel = "larder_event_log"

// ErrNoUser is the error of a write for an account that doesn't exist, or doesn't any more.
var ErrNoUser = errors.New("no such user")

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations are the goose migrations of the database, at the root of the file system.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// Pool is the pool of connections that a store works with. The name keeps pgx out of the packages that
// only hand it on.
type Pool = pgxpool.Pool

// Store is the database of the write side.
type Store struct {
	pool *pgxpool.Pool
	hint func()
}

// NewStore makes a store. hint is called after each commit that left something for the relay; it must not
// wait.
func NewStore(pool *pgxpool.Pool, hint func()) *Store {
	return &Store{pool: pool, hint: hint}
}

// Now is the time as Postgres keeps it: what is read back is the same as what went into the event.
func Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// rollbackTimeout bounds a rollback, which must also run when the caller's context is done.
const rollbackTimeout = 2 * time.Second

// begin gives the batch that opens a transaction: what is queued on it goes with BEGIN in one round trip.
func begin() *pgx.Batch {
	batch := &pgx.Batch{}
	batch.Queue("BEGIN")
	return batch
}

// transact runs a transaction of two round trips: opening, which begin made, and what finish gives, with
// COMMIT behind it. finish is called when the results of opening are in. A nil batch from it rolls back.
func (s *Store) transact(ctx context.Context, opening *pgx.Batch, finish func() (*pgx.Batch, error)) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("acquire a connection: %w", err)
	}
	defer conn.Release()
	defer rollback(ctx, conn) // does nothing after COMMIT
	if err := send(ctx, conn, opening); err != nil {
		return err
	}
	closing, err := finish()
	if err != nil || closing == nil {
		return err
	}
	closing.Queue("COMMIT")
	return send(ctx, conn, closing)
}

func send(ctx context.Context, conn *pgxpool.Conn, batch *pgx.Batch) error {
	return conn.SendBatch(ctx, batch).Close()
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
