// Package recipestore stores the write side's state and, in the same transaction, the ledger of
// events. It also serves the ledger to the relay and stores the accounts.
//
// Every write of a user first takes the user's lock; see internal/ledger.
package recipestore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/bulkhead"
	"larder.dev/internal/ledger"
)

// internal/ledger has what writes in all components share; these are aliases.
type (
	// Key makes a command idempotent.
	Key = ledger.Key
	// Answer is a command's answer, stored for repeats.
	Answer = ledger.Answer
)

// The errors of writes refused by internal/ledger.
var (
	ErrNoUser     = ledger.ErrNoUser
	ErrKeyReused  = ledger.ErrKeyReused
	ErrAnswerGone = ledger.ErrAnswerGone
)

// Pool is a store's connection pool. The alias keeps pgx out of packages that only pass it on.
type Pool = pgxpool.Pool

// Store is the write side's database.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func()
	may   func() error

	maxRecipes int64 // per user; 0 means no limit
}

// ErrUncertain means a write was committed but may not count: by then it was no longer certain that
// this database is the primary. Only acknowledge what any other primary knows.
var ErrUncertain = errors.New("the write may not count")

// NewStore returns a store. It calls hint after each commit that left something for the relay; hint
// must not block.
func NewStore(pool *pgxpool.Pool, hint func()) *Store {
	return &Store{pool: pool, turns: ledger.Turns(), hint: hint, may: func() error { return nil }}
}

// Guard makes every write call may first, and again before it is acknowledged. Call it before using
// the store.
func (s *Store) Guard(may func() error) { s.may = may }

// MayWrite returns nil while this database is known to be the primary. Call it before acting on the
// ledger's rows elsewhere, such as publishing to the stream.
func (s *Store) MayWrite() error { return s.may() }

// Bound limits each user's recipes; 0 means no limit. Call it before using the store.
func (s *Store) Bound(recipes int64) { s.maxRecipes = recipes }

// guarded runs a write between two calls of may.
func (s *Store) guarded(write func() error) error {
	if err := s.may(); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	if err := s.may(); err != nil {
		return fmt.Errorf("%w: %w", ErrUncertain, err)
	}
	return nil
}

// Sweep deletes expired idempotency keys and returns their number.
func (s *Store) Sweep(ctx context.Context) (int64, error) { return ledger.SweepKeys(ctx, s.pool) }

// Now is the time at PostgreSQL's precision, so that what is read back equals what went into the
// event.
func Now() time.Time { return ledger.Now() }

// transact runs a transaction under the user's lock. It waits for that without holding a
// connection.
func (s *Store) transact(ctx context.Context, user string, opening *pgx.Batch, finish func() (*pgx.Batch, error)) error {
	return s.inTurn(ctx, user, func() error { return ledger.Transact(ctx, s.pool, opening, finish) })
}

// inTurn is guarded, but waits for the user's other writes in this process.
func (s *Store) inTurn(ctx context.Context, user string, write func() error) error {
	leave, err := s.turns.Enter(ctx, user)
	if err != nil {
		return err
	}
	defer leave()
	return s.guarded(write)
}
