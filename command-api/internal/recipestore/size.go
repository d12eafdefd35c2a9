package recipestore

import (
	"context"
	"fmt"

	"larder.dev/internal/tables"
)

// sizedRecipes is how many recipes are measured; if there are more, these are the sample.
const sizedRecipes = 2_000

// RecipesSize counts the existing recipes and the bytes of their JSON.
func RecipesSize(ctx context.Context, pool *Pool) (recipes, bytes int64, err error) {
	size, err := tables.New(pool).RecipesSize(ctx, sizedRecipes)
	if err != nil {
		return 0, 0, fmt.Errorf("measure the recipes: %w", err)
	}
	return size.Recipes, int64(float64(size.Recipes) * size.Each), nil
}
