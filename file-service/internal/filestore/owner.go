package filestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/file-service/internal/owner"
)

// Owners looks up the state of accounts in a database.
func Owners(pool *pgxpool.Pool) owner.Source {
	return func(ctx context.Context, id string) (owner.State, error) {
		var there, disabled bool
		err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM user_changes WHERE user_id = $1),
			coalesce((SELECT disabled FROM users WHERE id = $1), false)`, id).Scan(&there, &disabled)
		switch {
		case err != nil:
			return owner.Active, fmt.Errorf("look for user %s: %w", id, err)
		case !there:
			return owner.Gone, nil
		case disabled:
			return owner.Disabled, nil
		default:
			return owner.Active, nil
		}
	}
}
