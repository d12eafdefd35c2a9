package commandhttp

import "github.com/gin-gonic/gin"

// DeleteRecipe deletes a recipe.
func (a *api) DeleteRecipe(c *gin.Context, id ID, params DeleteRecipeParams) {
	m, err := optionalMatch(params.IfMatch)
	if err != nil {
		a.fail(c, err)
		return
	}
	call := callOf(c, id.String(), params.IdempotencyKey, nil)
	call.Expects = m.expects()
	outcome, err := a.commands.Delete(c.Request.Context(), call, m.admits)
	a.answer(c, outcome, err)
}
