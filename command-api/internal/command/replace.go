package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Replace overwrites a recipe. If nothing would change, it creates no version and writes nothing
// beside it.
func (c *Commands) Replace(ctx context.Context, call Call, at IfVersion, draft recipe.Draft, beside ...ledger.Beside) (Outcome, error) {
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if !s.Exists {
			return refused(ErrNoRecipe)
		}
		if !at.admits(s, call) {
			return refused(&Conflict{s.Recipe})
		}
		next := recipe.Replace(s.Recipe, draft, ledger.Now())
		if recipe.SameWriting(s.Recipe, next) {
			return unchanged(s.Recipe)
		}
		return written(call.User, events.RecipeUpdated, next)
	}, beside...)
}

func unchanged(current events.Recipe) (Result, error) {
	current, _ = recipe.Understood(current)
	data, err := recipe.Encode(current)
	return Result{Recipe: current, Data: data}, err
}
