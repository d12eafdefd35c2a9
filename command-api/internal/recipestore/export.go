package recipestore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/recipe"
)

// exportPage is how many recipes are held in memory at once.
const exportPage = 200

// Recipes gives a user's recipes page by page, by id, all as they are at one moment. An error of each ends
// it.
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
	var n int
	err := s.pool.QueryRow(ctx, `SELECT count(*) FROM recipes WHERE user_id = $1 AND deleted_at IS NULL`, user).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count the recipes of user %s: %w", user, err)
	}
	return n, nil
}

// recipesAfter reads a page in one round trip: the rows of each recipe come with it as JSON in the shape
// of events.Ingredient.
func recipesAfter(ctx context.Context, tx pgx.Tx, user string, after *string) ([]events.Recipe, error) {
	rows, err := tx.Query(ctx, `SELECT id, version, name, description, servings, prep_minutes, cook_minutes, source_url,
		tags, notes, steps, files, created_at, updated_at, deleted_at,
		(SELECT coalesce(json_agg(json_build_object('text', i.text, 'quantity', i.quantity, 'quantity_max', i.quantity_max,
			'unit', i.unit, 'name', i.name, 'note', i.note, 'section', i.section, 'second', i.second) ORDER BY i.position), '[]')
			FROM ingredients i WHERE i.user_id = recipes.user_id AND i.recipe_id = recipes.id)
		FROM recipes WHERE user_id = $1 AND ($2::uuid IS NULL OR id > $2) AND deleted_at IS NULL ORDER BY id LIMIT $3`, user, after, exportPage)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (events.Recipe, error) {
		var ingredients []byte
		r, _, err := scanRecipe(withColumn{row, &ingredients})
		if err != nil {
			return events.Recipe{}, err
		}
		if err := json.Unmarshal(ingredients, &r.Ingredients); err != nil {
			return events.Recipe{}, fmt.Errorf("read the ingredients of recipe %s: %w", r.ID, err)
		}
		r, _ = recipe.Understood(r)
		return r, nil
	})
}

// withColumn scans one column more than its reader knows of.
type withColumn struct {
	pgx.Row
	more any
}

func (w withColumn) Scan(dest ...any) error { return w.Row.Scan(append(dest, w.more)...) }
