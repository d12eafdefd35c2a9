package recipestore

import (
	"context"
	"fmt"
)

// sizedRecipes is how many recipes are measured; if there are more, these are the sample.
const sizedRecipes = 2_000

// RecipesSize counts the existing recipes and the bytes of their JSON.
func RecipesSize(ctx context.Context, pool *Pool) (recipes, bytes int64, err error) {
	var each float64
	err = pool.QueryRow(ctx, `SELECT (SELECT count(*) FROM recipes WHERE deleted_at IS NULL),
			coalesce(avg(octet_length(l.data::text)), 0)::float8
		FROM (SELECT user_id, change FROM recipes WHERE deleted_at IS NULL LIMIT $1) AS r JOIN event_log l USING (user_id, change)`,
		sizedRecipes).Scan(&recipes, &each)
	if err != nil {
		return 0, 0, fmt.Errorf("measure the recipes: %w", err)
	}
	return recipes, int64(float64(recipes) * each), nil
}
