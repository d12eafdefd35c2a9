package commandhttp

import (
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"
	"github.com/google/uuid"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/recipe"
)

// RequestGrocery puts ingredients of a recipe on the grocery list. The feed projection does the rest.
func (a *api) RequestGrocery(c *gin.Context, id ID, params RequestGroceryParams) {
	body, asked, err := readGrocery(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	request, err := uuid.NewV7()
	if err != nil {
		a.fail(c, err)
		return
	}
	user := identity.UserFrom(c).ID
	cmd := command(c, id.String(), params.IdempotencyKey, body)
	outcome, err := a.Store.Update(c.Request.Context(), cmd, func(s recipestore.State) (recipestore.Decision, error) {
		return putOnList(user, request.String(), s, asked)
	})
	a.reply(c, outcome, err)
}

func putOnList(user, request string, s recipestore.State, asked recipe.GroceryRequest) (recipestore.Decision, error) {
	if !s.Grocery {
		return refuse(httpserver.Problem{
			Status: http.StatusForbidden,
			Detail: "This account has no access to the grocery app. An operator gives it with: larder user grant.",
		})
	}
	if !s.Exists {
		return noRecipe()
	}
	grocery, err := recipe.Grocery(request, s.Recipe, asked)
	var invalid recipe.Invalid
	if errors.As(err, &invalid) {
		return refuse(invalidProblem(invalid))
	}
	if err != nil {
		return recipestore.Decision{}, err
	}
	data, err := recipe.Encode(grocery)
	if err != nil {
		return recipestore.Decision{}, err
	}
	return recipestore.Decision{
		Answer: recipestore.Answer{
			Status: http.StatusAccepted,
			Header: map[string]string{
				"Content-Type": "application/json; charset=utf-8",
				"Larder-After": after(s.Recipe),
			},
			Body: data,
		},
		Event: recipestore.GroceryEvent(user, request, s.Recipe.Version, data),
	}, nil
}
