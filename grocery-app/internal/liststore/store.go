// Package liststore stores the lists: the operations received and their effect on the parts. Every
// change to a list first locks its row, so that each gets a sequence and all phones see the same
// order.
package liststore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/postgres"
)

// Channel is the NOTIFY channel for changed lists. Its payload is the user.
const Channel = "larder_grocery_list"

//go:embed migrations/*.sql
var migrations embed.FS

// Migrations returns the database's goose migrations, at the root of the file system.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrations, "migrations")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}

// Store is the grocery app's database.
type Store struct {
	pool  *pgxpool.Pool
	turns *bulkhead.Bulkhead
	hint  func(user string)

	maxItems int64 // per list; 0 means no limit
}

// waitingChanges is how many of a user's requests may wait to change the list.
const waitingChanges = 64

// NewStore returns a store. It calls hint after each commit that changed a list; hint must not
// block.
func NewStore(pool *pgxpool.Pool, hint func(user string)) *Store {
	return &Store{pool: pool, turns: bulkhead.New(1, waitingChanges), hint: hint}
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping postgres: %w", err)
	}
	return nil
}

// change runs fn on a user's list under its lock and returns the new sequence. fn receives the
// current sequence and returns the new one.
func (s *Store) change(ctx context.Context, user string,
	fn func(tx pgx.Tx, sequence int64) (int64, error),
) (sequence int64, err error) {
	var changed bool
	err = postgres.WhileLocked(ctx, func() error {
		sequence, changed, err = s.changeNow(ctx, user, fn)
		return err
	})
	if err != nil {
		return 0, err
	}
	if changed {
		s.hint(user)
	}
	return sequence, nil
}

func (s *Store) changeNow(ctx context.Context, user string,
	fn func(tx pgx.Tx, sequence int64) (int64, error),
) (sequence int64, changed bool, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		before, err := lock(ctx, tx, user)
		if err != nil {
			return err
		}
		if sequence, err = fn(tx, before); err != nil || sequence == before {
			return err
		}
		changed = true
		_, err = tx.Exec(ctx, `UPDATE lists SET sequence = $2 WHERE user_id = $1`, user, sequence)
		return err
	})
	return sequence, changed, err
}

func lock(ctx context.Context, tx pgx.Tx, user string) (sequence int64, err error) {
	if _, err := tx.Exec(ctx, postgres.LimitLocks()); err != nil {
		return 0, fmt.Errorf("lock the list of %s: %w", user, err)
	}
	// Lock the row rather than relying on reading "erased": erasing takes the row's lock too,
	// before it sets that.
	_, err = tx.Exec(ctx, `INSERT INTO lists (user_id) VALUES ($1) ON CONFLICT DO NOTHING`, user)
	if err != nil {
		return 0, fmt.Errorf("make the list of %s: %w", user, err)
	}
	var erased bool
	err = tx.QueryRow(ctx, `SELECT sequence FROM lists WHERE user_id = $1 FOR UPDATE`, user).Scan(&sequence)
	if err == nil {
		err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM erased WHERE user_id = $1)`, user).Scan(&erased)
	}
	switch {
	case errors.Is(err, pgx.ErrNoRows), erased: // erased while this waited for the lock
		return 0, fmt.Errorf("list of %s: %w", user, list.ErrErased)
	case err != nil:
		return 0, fmt.Errorf("lock the list of %s: %w", user, err)
	default:
		return sequence, nil
	}
}

// Sequence returns how many changes a list has had; 0 if it was never changed.
func (s *Store) Sequence(ctx context.Context, user string) (sequence int64, err error) {
	err = s.pool.QueryRow(ctx, `SELECT sequence FROM lists WHERE user_id = $1`, user).Scan(&sequence)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("sequence of the list of %s: %w", user, err)
	}
	return sequence, nil
}
