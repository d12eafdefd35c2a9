package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Named is what recipes name: the same bytes of one user, once.
type Named struct {
	User      string
	SHA256    string
	MediaType string
}

// AllNamed lists what recipes that aren't deleted name, in the order of users and hashes.
func (s *Store) AllNamed(ctx context.Context) ([]Named, error) {
	rows, err := s.pool.Query(ctx, `SELECT user_id::text, file ->> 'sha256', min(file ->> 'media_type')
		FROM recipes, jsonb_array_elements(files) AS file
		WHERE deleted_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2`)
	if err != nil {
		return nil, fmt.Errorf("list what recipes name: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
	if err != nil {
		return nil, fmt.Errorf("list what recipes name: %w", err)
	}
	return all, nil
}
