package listhttp

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
)

// Operate does what the caller did.
func (h *Handlers) Operate(c *gin.Context) {
	var body struct {
		Operations []list.Operation `json:"operations"`
	}
	// The body was checked against openapi.yaml; an operation has the fields that stand there.
	if err := json.NewDecoder(c.Request.Body).Decode(&body); err != nil {
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusBadRequest, Detail: "The body can't be read."})
		return
	}
	if problem := check(body.Operations); problem != nil {
		httpserver.WriteProblem(c, *problem)
		return
	}
	sequence, err := h.Lists.Apply(c.Request.Context(), identity.UserFrom(c).ID, body.Operations)
	var tooMany *list.TooMany
	if errors.As(err, &tooMany) {
		h.Throttle.CountQuota(list.Quota)
		httpserver.WriteProblem(c, full(body.Operations, tooMany.Limit))
		return
	}
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, Done{Sequence: sequence})
}

// full names the last operation that makes the list longer: a device that leaves it out and sends the others again gets as
// many done as there is room for.
func full(operations []list.Operation, limit int64) httpserver.Problem {
	problem := httpserver.QuotaProblem(list.Quota, "items on the list", limit)
	for i, operation := range slices.Backward(operations) {
		if operation.Lengthens() {
			field := fmt.Sprintf("operations[%d]", i)
			problem.Errors = []httpserver.FieldError{{Field: field, Detail: "has no room on the list"}}
			break
		}
	}
	return problem
}

func check(operations []list.Operation) *httpserver.Problem {
	for i, operation := range operations {
		var invalid *list.Invalid
		if errors.As(operation.Check(), &invalid) {
			field := httpserver.FieldError{
				Field: fmt.Sprintf("operations[%d].%s", i, invalid.Field), Detail: invalid.Detail,
			}
			return &httpserver.Problem{
				Status: http.StatusUnprocessableEntity,
				Detail: "A field is wrong: " + field.Field + " " + field.Detail + ".",
				Errors: []httpserver.FieldError{field},
			}
		}
	}
	return nil
}
