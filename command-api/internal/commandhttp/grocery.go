package commandhttp

import (
	"github.com/gin-gonic/gin"
	"github.com/google/uuid"
)

// RequestGrocery adds ingredients of a recipe to the grocery list.
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
	call := callOf(c, id.String(), params.IdempotencyKey, body)
	outcome, err := a.commands.RequestGrocery(c.Request.Context(), call, request.String(), asked)
	a.reply(c, outcome, err)
}
