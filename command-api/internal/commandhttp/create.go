package commandhttp

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
)

// CreateRecipe adds a recipe with a generated id.
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
	outcome, err := a.commands.Create(c.Request.Context(), callOf(c, id.String(), params.IdempotencyKey, body), draft)
	a.answer(c, outcome, err)
}
