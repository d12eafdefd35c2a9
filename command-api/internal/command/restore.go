package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Restore makes an earlier version of a recipe current, even if the recipe is deleted.
func (c *Commands) Restore(ctx context.Context, call Call, at IfVersion, version int64) (Outcome, error) {
	call.AsOf = version
	return c.update(ctx, call, func(s recipestore.State) (Result, error) { return restored(call, s, at) })
}

// RestoreExisting is Restore for a recipe that isn't deleted: a deleted one stays deleted.
func (c *Commands) RestoreExisting(ctx context.Context, call Call, at IfVersion, version int64, beside ...ledger.Beside) (Outcome, error) {
	call.AsOf = version
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if !s.Exists {
			return refused(ErrNoRecipe)
		}
		return restored(call, s, at)
	}, beside...)
}

func restored(call Call, s recipestore.State, at IfVersion) (Result, error) {
	switch {
	case s.Recipe.Version == 0:
		return refused(ErrNoRecipe)
	case s.AsOfGone:
		return refused(ErrTextGone)
	case s.AsOf == nil:
		return refused(ErrNoVersion)
	case !at.admits(s, call):
		return refused(&Conflict{s.Recipe})
	}
	return written(call.User, events.RecipeRestored, recipe.Restore(s.Recipe, s.HasFiles(), *s.AsOf, ledger.Now()))
}
