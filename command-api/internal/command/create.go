package command

import (
	"context"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// Create adds a recipe with a freshly generated id, so there is no state to load.
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

// CreateAs adds a recipe with an id chosen by the caller. It is refused if the id is in use.
func (c *Commands) CreateAs(ctx context.Context, call Call, draft recipe.Draft) (Outcome, error) {
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if s.Exists {
			return refused(&Conflict{s.Recipe})
		}
		// Versions continue from the tombstone's, if there is one.
		return written(call.User, events.RecipeCreated, recipe.Create(call.Recipe, s.Recipe.Version, draft, ledger.Now()))
	})
}
