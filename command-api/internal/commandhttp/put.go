package commandhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/command"
	"larder.dev/internal/httpserver"
)

// PutRecipe replaces a known version of a recipe, or creates one with the caller's id.
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
	call := callOf(c, id.String(), params.IdempotencyKey, body)
	call.Expects = match.expects()
	var outcome command.Outcome
	if params.IfNoneMatch != nil {
		outcome, err = a.commands.CreateAs(c.Request.Context(), call, draft)
	} else {
		outcome, err = a.commands.Replace(c.Request.Context(), call, match.admits, draft)
	}
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
