package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

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
	if err != nil {
		h.fail(c, err)
		return
	}
	c.JSON(http.StatusOK, Done{Sequence: sequence})
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
