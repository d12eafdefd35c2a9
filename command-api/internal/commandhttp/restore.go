package commandhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/recipe"
)

// RestoreRecipe makes an earlier version of a recipe the current one, also of a deleted recipe.
func (a *api) RestoreRecipe(c *gin.Context, id ID, params RestoreRecipeParams) {
	m, err := optionalMatch(params.IfMatch)
	if err != nil {
		a.fail(c, err)
		return
	}
	var input RestoreRequest
	body, err := readBody(c, &input)
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	cmd := command(c, id.String(), params.IdempotencyKey, body)
	cmd.AsOf = input.Version
	outcome, err := a.Store.Update(c.Request.Context(), cmd, func(s recipestore.State) (recipestore.Decision, error) {
		return restore(user, s, m)
	})
	a.answer(c, outcome, err)
}

func restore(user string, s recipestore.State, m match) (recipestore.Decision, error) {
	if s.Recipe.Version == 0 {
		return noRecipe()
	}
	if s.AsOfGone {
		return refuse(httpserver.TextGone("The recipe was deleted so long ago that its text is gone, and nothing can bring it back."))
	}
	if s.AsOf == nil {
		return refuse(httpserver.Problem{Status: http.StatusNotFound, Detail: "The recipe has no such version."})
	}
	if !m.admits(s.Recipe.Version) {
		return conflict(s.Recipe)
	}
	return written(user, events.RecipeRestored, recipe.Restore(s.Recipe, s.HasFiles(), *s.AsOf, recipestore.Now()))
}
