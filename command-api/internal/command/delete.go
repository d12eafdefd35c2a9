package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/recipe"
)

// Delete deletes a recipe, leaving a tombstone with its version.
func (c *Commands) Delete(ctx context.Context, call Call, at IfVersion) (Outcome, error) {
	call.Deletes = true
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if !s.Exists {
			return refused(ErrNoRecipe)
		}
		if !at.admits(s, call) {
			return refused(&Conflict{s.Recipe})
		}
		deleted := recipe.Delete(s.Recipe, s.Now())
		data, err := recipe.Encode(deleted)
		return Result{
			Type: events.RecipeDeleted, Recipe: deleted, Data: data,
			event: recipestore.RecipeEvent(call.User, events.RecipeDeleted, deleted, data),
		}, err
	})
}
