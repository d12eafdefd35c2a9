// Package recipestore keeps the state of the write side and, beside it in the same transaction, the ledger of
// events. It also hands the ledger to the relay and holds the accounts.
//
// Every write of a user begins by taking the user's lock; see internal/ledger.
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

// What the write of any component needs is in internal/ledger; these are its names here.
type (
	// Key makes a command repeatable.
	Key = ledger.Key
	// Answer is the answer to a command, kept to be given again.
	Answer = ledger.Answer
)

// The errors of a write that internal/ledger refuses.
var (
	ErrNoUser     = ledger.ErrNoUser
	ErrKeyReused  = ledger.ErrKeyReused
	ErrAnswerGone = ledger.ErrAnswerGone
)

// Pool is the pool of connections that a store works with. The name keeps pgx out of the packages that
// only hand it on.
type Pool = pgxpool.Pool

// Store is the database of the write side.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func()
	may   func() error

	maxRecipes int64 // of a user; 0 for any number
}

// ErrUncertain is the error of a write that was committed, and may not count: by then it was no longer certain
// that this database is the primary. Nothing is acknowledged that another primary doesn't know.
var ErrUncertain = errors.New("the write may not count")

// NewStore makes a store. hint is called after each commit that left something for the relay; it must not
// wait.
func NewStore(pool *pgxpool.Pool, hint func()) *Store {
	return &Store{pool: pool, turns: ledger.Turns(), hint: hint, may: func() error { return nil }}
}

// Guard has every write ask first whether it may be, and ask again before it is acknowledged. It is for the time
// before the store is used.
func (s *Store) Guard(may func() error) { s.may = may }

// MayWrite is nil as long as this database is known to be the primary. It is for what follows from the ledger's rows
// elsewhere, such as a message in the stream.
func (s *Store) MayWrite() error { return s.may() }

// Bound lets a user have so many recipes and no more; 0 is any number. It is for the time before the store is used.
func (s *Store) Bound(recipes int64) { s.maxRecipes = recipes }

// guarded runs a write between the two questions.
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

// Sweep forgets the idempotency keys that are too old to be repeated, and gives how many.
func (s *Store) Sweep(ctx context.Context) (int64, error) { return ledger.SweepKeys(ctx, s.pool) }

// Now is the time as Postgres keeps it: what is read back is the same as what went into the event.
func Now() time.Time { return ledger.Now() }

// transact runs a transaction under the user's lock, for which it waits without a connection.
func (s *Store) transact(ctx context.Context, user string, opening *pgx.Batch, finish func() (*pgx.Batch, error)) error {
	return s.inTurn(ctx, user, func() error { return ledger.Transact(ctx, s.pool, opening, finish) })
}

// inTurn is guarded after the user's other writes in this process.
func (s *Store) inTurn(ctx context.Context, user string, write func() error) error {
	leave, err := s.turns.Enter(ctx, user)
	if err != nil {
		return err
	}
	defer leave()
	return s.guarded(write)
}
