package filestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/file-service/internal/owner"
	"larder.dev/internal/tables"
)

// Owners looks up the state of accounts in a database.
func Owners(pool *pgxpool.Pool) owner.Source {
	return func(ctx context.Context, id string) (owner.State, error) {
		state, err := tables.New(pool).OwnerState(ctx, id)
		switch {
		case err != nil:
			return owner.Active, fmt.Errorf("look for user %s: %w", id, err)
		case !state.There:
			return owner.Gone, nil
		case state.Disabled:
			return owner.Disabled, nil
		default:
			return owner.Active, nil
		}
	}
}
