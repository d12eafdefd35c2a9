package commandhttp

import (
	"encoding/json"

	"github.com/gin-gonic/gin"

	"larder.dev/recipe"
)

// MarkRecipe makes a recipe a favourite, rates it, or takes either back.
func (a *api) MarkRecipe(c *gin.Context, id ID, params MarkRecipeParams) {
	body, change, err := readMark(c)
	if err != nil {
		a.fail(c, err)
		return
	}
	call := callOf(c, id.String(), params.IdempotencyKey, body)
	outcome, err := a.commands.Mark(c.Request.Context(), call, change)
	a.answer(c, outcome, err)
}

// readMark tells a rating of null, which takes it back, from a missing one, which leaves it as it is.
func readMark(c *gin.Context) ([]byte, recipe.MarkChange, error) {
	var input struct {
		Favourite *bool           `json:"favourite"`
		Rating    json.RawMessage `json:"rating"`
	}
	body, err := readBody(c, &input)
	if err != nil || input.Rating == nil {
		return body, recipe.MarkChange{Favourite: input.Favourite}, err
	}
	var rating int
	if err := json.Unmarshal(input.Rating, &rating); err != nil {
		return nil, recipe.MarkChange{}, unreadable(err)
	}
	return body, recipe.MarkChange{Favourite: input.Favourite, Rating: &rating}, nil
}
