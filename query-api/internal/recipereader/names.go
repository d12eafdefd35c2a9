package recipereader

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/tables"
)

// Named is what search needs of a recipe.
type Named struct {
	ID                                     string
	Name                                   string
	Tags                                   []string
	Version                                int64
	TotalMinutes, PrepMinutes, CookMinutes *int
	Favourite                              bool
	Rating                                 *int
	CreatedAt, UpdatedAt                   time.Time
}

// Names reads what search needs of all the owner's current recipes.
func (r *Recipes) Names(ctx context.Context, owner string) ([]Named, Source, error) {
	var named []Named
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		rows, err := pool.Query(ctx, tables.RecipeNames, owner)
		if err != nil {
			return err
		}
		named, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Named])
		return err
	})
	if err != nil {
		return nil, source, fmt.Errorf("read the names of user %s: %w", owner, err)
	}
	return named, source, nil
}
