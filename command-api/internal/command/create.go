package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Create puts in a recipe whose id was made just now, so that there is nothing to look at first.
func (c *Commands) Create(ctx context.Context, call Call, draft recipe.Draft) (Outcome, error) {
	result, err := written(call.User, events.RecipeCreated, recipe.Create(call.Recipe, 0, draft, ledger.Now()))
	if err != nil {
		return Outcome{}, err
	}
	decision, err := c.decision(result)
	if err != nil {
		return Outcome{}, err
	}
	outcome, err := c.store.Create(ctx, call, decision)
	return Outcome{Outcome: outcome, Result: result}, err
}

// CreateAs puts in a recipe with the caller's id, which is refused where there is one.
func (c *Commands) CreateAs(ctx context.Context, call Call, draft recipe.Draft) (Outcome, error) {
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if s.Exists {
			return refused(&Conflict{s.Recipe})
		}
		// The version goes on from the tombstone's, where there is one.
		return written(call.User, events.RecipeCreated, recipe.Create(call.Recipe, s.Recipe.Version, draft, ledger.Now()))
	})
}
