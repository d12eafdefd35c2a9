package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/recipe"
)

// Mark changes a recipe's favourite and rating. Its result's data is the mark. If nothing would
// change, it creates no version.
func (c *Commands) Mark(ctx context.Context, call Call, change recipe.MarkChange) (Outcome, error) {
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if !s.Exists {
			return refused(ErrNoRecipe)
		}
		result := Result{Recipe: s.Recipe}
		if next, changed := recipe.Remark(s.Recipe, change); changed {
			var err error
			if result, err = written(call.User, events.RecipeMarked, next); err != nil {
				return Result{}, err
			}
		}
		var err error
		result.Data, err = recipe.Encode(recipe.MarkOf(result.Recipe))
		return result, err
	})
}
