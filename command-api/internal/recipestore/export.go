package recipestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// exportPage is how many recipes are held in memory at once.
const exportPage = 200

// Recipes passes a user's recipes to each, page by page in order of id, from one snapshot. It stops
// at the first error from each.
func (s *Store) Recipes(ctx context.Context, user string, each func([]events.Recipe) error) error {
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		var after *string
		for {
			page, err := recipesAfter(ctx, tx, user, after)
			if err != nil {
				return fmt.Errorf("read the recipes of user %s: %w", user, err)
			}
			if len(page) == 0 {
				return nil
			}
			if err := each(page); err != nil {
				return err
			}
			after = &page[len(page)-1].ID
		}
	})
}

// CountRecipes counts a user's recipes.
func (s *Store) CountRecipes(ctx context.Context, user string) (int, error) {
	n, err := tables.New(s.pool).CountRecipes(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("count the recipes of user %s: %w", user, err)
	}
	return int(n), nil
}

func recipesAfter(ctx context.Context, tx pgx.Tx, user string, after *string) ([]events.Recipe, error) {
	rows, err := tables.New(tx).RecipesAfter(ctx, tables.RecipesAfterParams{UserID: user, After: after, Most: exportPage})
	if err != nil {
		return nil, err
	}
	page := make([]events.Recipe, len(rows))
	for i, row := range rows {
		r, err := recipe.Decode(row.Recipe, row.Ingredients)
		if err != nil {
			return nil, err
		}
		page[i], _ = recipe.Understood(r)
	}
	return page, nil
}
