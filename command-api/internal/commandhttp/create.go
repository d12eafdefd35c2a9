package commandhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/recipe"
)

// CreateRecipe puts in a recipe with an id of ours.
func (a *api) CreateRecipe(c *gin.Context, params CreateRecipeParams) {
	body, draft, err := readDraft(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	id, err := uuid.NewV7()
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	decision, err := written(user, events.RecipeCreated, recipe.Create(id.String(), 0, draft, recipestore.Now()))
	if err != nil {
		a.fail(c, err)
		return
	}
	outcome, err := a.Store.Create(c.Request.Context(), command(c, id.String(), params.IdempotencyKey, body), decision)
	a.answer(c, outcome, err)
}

// written decides that the recipe is as given now, and answers with it.
func written(user string, t events.Type, r events.Recipe) (recipestore.Decision, error) {
	data, err := recipe.EncodeRecipe(r)
	if err != nil {
		return recipestore.Decision{}, err
	}
	answer := answerOf(r, data)
	if t == events.RecipeCreated {
		answer.Status = http.StatusCreated
		answer.Header["Location"] = "/api/recipes/" + r.ID
	}
	return recipestore.Decision{Answer: answer, Recipe: &r, Event: recipestore.RecipeEvent(user, t, r, data)}, nil
}

// unchanged decides that nothing is written, and answers with the recipe as it is.
func unchanged(current events.Recipe) (recipestore.Decision, error) {
	current, _ = recipe.Understood(current)
	data, err := recipe.Encode(current)
	if err != nil {
		return recipestore.Decision{}, err
	}
	return recipestore.Decision{Answer: answerOf(current, data)}, nil
}

func answerOf(r events.Recipe, data []byte) recipestore.Answer {
	return recipestore.Answer{Status: http.StatusOK, Body: data, Header: map[string]string{
		"Content-Type": "application/json; charset=utf-8",
		"Etag":         etag(r.Version),
		"Larder-After": after(r),
	}}
}
