package commandhttp

import "github.com/gin-gonic/gin"

// RestoreRecipe makes an earlier version of a recipe current, even if the recipe is deleted.
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
	call := callOf(c, id.String(), params.IdempotencyKey, body)
	call.Expects = m.expects()
	outcome, err := a.commands.Restore(c.Request.Context(), call, m.admits, input.Version)
	a.answer(c, outcome, err)
}
