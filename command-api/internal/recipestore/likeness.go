package recipestore

import (
	"context"
	"fmt"

	"larder.dev/events"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Source is what identifies a recipe to a person: its name and its source.
type Source = tables.RecipeSourcesRow

// Sources returns the sources of a user's recipes, the oldest first.
func (s *Store) Sources(ctx context.Context, user string) ([]Source, error) {
	all, err := tables.New(s.pool).RecipeSources(ctx, user)
	if err != nil {
		return nil, fmt.Errorf("read the sources of the recipes of user %s: %w", user, err)
	}
	return all, nil
}

// Ingredients returns the ingredients of some of a user's recipes, by recipe.
func (s *Store) Ingredients(ctx context.Context, user string, ids []string) (map[string][]events.Ingredient, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	users := make([]string, len(ids))
	for i := range users {
		users[i] = user
	}
	rows, err := tables.New(s.pool).RecipesOf(ctx, tables.RecipesOfParams{UserIds: users, Ids: ids})
	if err != nil {
		return nil, fmt.Errorf("read %d recipes of user %s: %w", len(ids), user, err)
	}
	found := make(map[string][]events.Ingredient, len(rows))
	for _, row := range rows {
		r, err := recipe.Decode(row.Recipe, row.Ingredients)
		if err != nil {
			return nil, err
		}
		found[r.ID] = r.Ingredients
	}
	return found, nil
}
