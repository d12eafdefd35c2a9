package recipereader

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// Rows reads the ingredients of all the owner's current recipes, by recipe, unordered: only their
// text and name.
func (r *Recipes) Rows(ctx context.Context, owner string) (map[string][]events.Ingredient, Source, error) {
	var found map[string][]events.Ingredient
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		rows, err := pool.Query(ctx, tables.RecipeFoods, owner)
		if err != nil {
			return err
		}
		found = map[string][]events.Ingredient{}
		var id string
		var row events.Ingredient
		_, err = pgx.ForEachRow(rows, []any{&id, &row.Text, &row.Name}, func() error {
			found[id] = append(found[id], row)
			return nil
		})
		return err
	})
	if err != nil {
		return nil, source, fmt.Errorf("read the ingredients of user %s: %w", owner, err)
	}
	return found, source, nil
}
