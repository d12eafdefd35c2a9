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

// Operate applies the caller's operations.
func (h *Handlers) Operate(c *gin.Context) {
	var body struct {
		Operations []list.Operation `json:"operations"`
	}
	// The body has been validated against openapi.yaml, so an operation has the fields described
	// there.
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

// full names the last operation that lengthens the list: a device that drops it and resends the
// others gets as many applied as fit.
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
