package recipereader

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/tables"
)

// maxPage limits the recipes of a page, as maxPageText limits their text.
const maxPage = 200

// Page reads some of the owner's recipes after an id, in the order of ids; "" is before all of
// them. Only the page after the last one is empty.
func (r *Recipes) Page(ctx context.Context, owner, after string) ([]events.Recipe, Source, error) {
	var page []Stored
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		var from *string
		if after != "" {
			from = &after
		}
		rows, err := pool.Query(ctx, tables.RecipesAfter, owner, from, maxPage+1)
		if err != nil {
			return err
		}
		page, _, err = collectPage(rows, maxPage)
		return err
	})
	if err != nil {
		return nil, source, fmt.Errorf("read the recipes of user %s after %q: %w", owner, after, err)
	}
	all := make([]events.Recipe, len(page))
	for i, stored := range page {
		all[i] = stored.Recipe
	}
	return all, source, nil
}
