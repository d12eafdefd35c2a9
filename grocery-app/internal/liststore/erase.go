package liststore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Erase permanently removes all data of a user. It is idempotent.
func (s *Store) Erase(ctx context.Context, user string) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// Every change to the list takes this lock; afterwards it finds the user erased.
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

// undoDays is how many days a change can be undone, and a repeated operation is recognized.
const undoDays = 90

// Sweep deletes what is older than that and returns the number of rows.
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

// Park records the sequence and reason of a message that can never be applied.
func (s *Store) Park(ctx context.Context, sequence uint64, subject, reason string) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO parked (sequence, subject, reason) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		int64(sequence), subject, reason)
	if err != nil {
		return fmt.Errorf("park message %d: %w", sequence, err)
	}
	return nil
}
