package liststore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Erase removes everything of a user, for good. It can be done again.
func (s *Store) Erase(ctx context.Context, user string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Whoever changes the list has this lock; after it they find that the user is erased.
		_, err := tx.Exec(ctx, `SELECT FROM lists WHERE user_id = $1 FOR UPDATE`, user)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO erased (user_id) VALUES ($1) ON CONFLICT DO NOTHING`, user); err != nil {
			return err
		}
		for _, table := range []string{"parts", "operations", "requests", "foods", "lists"} {
			if _, err := tx.Exec(ctx, `DELETE FROM `+table+` WHERE user_id = $1`, user); err != nil {
				return fmt.Errorf("from %s: %w", table, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("erase user %s: %w", user, malformed(err))
	}
	s.hint(user)
	return nil
}

// undoDays is for how many days what was done can be undone, and an operation that comes again is known.
const undoDays = 90

// Sweep forgets what is older than that, and tells how many rows it were.
func (s *Store) Sweep(ctx context.Context) (int64, error) {
	var swept int64
	for _, statement := range []string{
		`DELETE FROM operations WHERE done_at < now() - make_interval(days => $1)`,
		`DELETE FROM parts WHERE removed <> '' AND changed_at < now() - make_interval(days => $1)`,
	} {
		tag, err := s.pool.Exec(ctx, statement, undoDays)
		if err != nil {
			return swept, fmt.Errorf("sweep the lists: %w", err)
		}
		swept += tag.RowsAffected()
	}
	return swept, nil
}

// Park keeps the place and the reason of a message that can never be applied.
func (s *Store) Park(ctx context.Context, sequence uint64, subject, reason string) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO parked (sequence, subject, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		int64(sequence), subject, reason)
	if err != nil {
		return fmt.Errorf("park message %d: %w", sequence, err)
	}
	return nil
}
