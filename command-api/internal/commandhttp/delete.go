package commandhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/recipe"
)

// DeleteRecipe deletes a recipe. What is left of it is a tombstone with its version.
func (a *api) DeleteRecipe(c *gin.Context, id ID, params DeleteRecipeParams) {
	m, err := optionalMatch(params.IfMatch)
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	cmd := command(c, id.String(), params.IdempotencyKey, nil)
	cmd.Deletes = true
	outcome, err := a.Store.Update(c.Request.Context(), cmd, func(s recipestore.State) (recipestore.Decision, error) {
		return remove(user, s, m)
	})
	a.answer(c, outcome, err)
}

func remove(user string, s recipestore.State, m match) (recipestore.Decision, error) {
	if !s.Exists {
		return noRecipe()
	}
	if !m.admits(s.Recipe.Version) {
		return conflict(s.Recipe)
	}
	deleted := recipe.Delete(s.Recipe, s.Now())
	data, err := recipe.Encode(deleted)
	if err != nil {
		return recipestore.Decision{}, err
	}
	return recipestore.Decision{
		Answer: recipestore.Answer{Status: http.StatusNoContent, Header: map[string]string{"Larder-After": after(deleted)}},
		Recipe: &deleted,
		Event:  recipestore.RecipeEvent(user, events.RecipeDeleted, deleted, data),
	}, nil
}
