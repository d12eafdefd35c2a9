package command

import (
	"context"
	"errors"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/recipe"
)

// RequestGrocery requests ingredients of a recipe for the grocery list, under the request's id. The
// feed projection does the rest.
func (c *Commands) RequestGrocery(ctx context.Context, call Call, request string, asked recipe.GroceryRequest) (Outcome, error) {
	return c.update(ctx, call, func(s recipestore.State) (Result, error) {
		if !s.Grocery {
			return refused(ErrNoGrocery)
		}
		if !s.Exists {
			return refused(ErrNoRecipe)
		}
		grocery, err := recipe.Grocery(request, s.Recipe, asked)
		var invalid recipe.Invalid
		if errors.As(err, &invalid) {
			return refused(invalid)
		}
		if err != nil {
			return Result{}, err
		}
		data, err := recipe.Encode(grocery)
		return Result{
			Type: events.GroceryRequested, Recipe: s.Recipe, Data: data,
			event: recipestore.GroceryEvent(call.User, request, s.Recipe.Version, data),
		}, err
	})
}
