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

// PutRecipe replaces a recipe of a known version, or creates one with the caller's id.
func (a *api) PutRecipe(c *gin.Context, id ID, params PutRecipeParams) {
	match, err := precondition(params)
	if err != nil {
		a.fail(c, err)
		return
	}
	body, draft, err := readDraft(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	cmd := command(c, id.String(), params.IdempotencyKey, body)
	outcome, err := a.Store.Update(c.Request.Context(), cmd, func(s recipestore.State) (recipestore.Decision, error) {
		if params.IfNoneMatch != nil {
			return create(user, id.String(), s, draft)
		}
		return replace(user, s, match, draft)
	})
	a.answer(c, outcome, err)
}

func precondition(params PutRecipeParams) (match, error) {
	switch {
	case params.IfMatch != nil && params.IfNoneMatch != nil:
		return match{}, httpserver.Problem{
			Status: http.StatusBadRequest, Detail: "If-Match and If-None-Match exclude each other.",
		}
	case params.IfMatch != nil:
		return parseMatch(*params.IfMatch)
	case params.IfNoneMatch != nil:
		return match{}, nil
	default:
		return match{}, httpserver.Problem{
			Status: http.StatusPreconditionRequired,
			Detail: `Send If-Match: "<version>" to replace the recipe, or If-None-Match: * to create it.`,
		}
	}
}

func create(user, id string, s recipestore.State, draft recipe.Draft) (recipestore.Decision, error) {
	if s.Exists {
		return conflict(s.Recipe)
	}
	// The version goes on from the tombstone's, where there is one.
	return written(user, events.RecipeCreated, recipe.Create(id, s.Recipe.Version, draft, recipestore.Now()))
}

func replace(user string, s recipestore.State, m match, draft recipe.Draft) (recipestore.Decision, error) {
	if !s.Exists {
		return noRecipe()
	}
	if !m.admits(s.Recipe.Version) {
		return conflict(s.Recipe)
	}
	next := recipe.Replace(s.Recipe, draft, recipestore.Now())
	if recipe.SameWriting(s.Recipe, next) {
		return unchanged(s.Recipe)
	}
	return written(user, events.RecipeUpdated, next)
}
