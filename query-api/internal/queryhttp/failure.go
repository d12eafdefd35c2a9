package queryhttp

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/wake"
	"larder.dev/query-api/internal/detail"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/query-api/internal/search"
)

// retryAfter is the Retry-After of a request that no store could answer.
const retryAfter = 2 * time.Second

// fail maps a use case's error to an HTTP answer. No other code does.
func (h *Handlers) fail(c *gin.Context, err error) {
	switch {
	case errors.Is(err, detail.ErrNotFound), errors.Is(err, recipereader.ErrNotFound):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusNotFound, Detail: "You have no recipe with this id.",
		})
	case errors.Is(err, recipereader.ErrTextGone):
		httpserver.WriteProblem(c, httpserver.TextGone("The recipe was deleted so long ago that its text is gone."))
	case errors.Is(err, search.ErrBadCursor):
		refuseField(c, "cursor", "isn't a next_cursor of this search")
	case errors.Is(err, readyourwrites.ErrBadAfter):
		refuseField(c, readyourwrites.Header, "must be <recipe>@<version>, as a command answered it")
	case errors.Is(err, wake.ErrTooMany):
		httpserver.WriteBusy(c, "You have too many streams open. Close one first.")
	case errors.Is(err, search.ErrBusy):
		httpserver.WriteBusy(c, "Too many of your searches are under way. Wait for some to be answered.")
	case errors.Is(err, searchindex.ErrTooCostly):
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: "This search would take too long. Ask for fewer or longer words.",
			Errors: []httpserver.FieldError{{Field: "q", Detail: "would take too long"}},
		})
	case errors.Is(err, context.Canceled): // the caller is gone; nobody reads the answer
		httpserver.WriteUnavailable(c, "The request was given up.", retryAfter)
	case errors.Is(err, recipereader.ErrUnavailable), errors.Is(err, context.DeadlineExceeded):
		h.Log.WarnContext(c, "no store can answer", "route", c.FullPath(), "error", err)
		httpserver.WriteUnavailable(c, "The recipes can't be read just now.", retryAfter)
	default:
		h.Log.ErrorContext(c, "a read failed", "route", c.FullPath(),
			"user", identity.UserFrom(c).ID, "error", err)
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusInternalServerError, Detail: "Something went wrong on our side.",
		})
	}
}

// refuseParameter answers if the generated code can't parse a parameter. It drops the parser's
// text, which is meant for programmers.
func refuseParameter(c *gin.Context, _ error, status int) {
	httpserver.WriteProblem(c, httpserver.Problem{Status: status, Detail: "A parameter of the request can't be read."})
}

func refuseField(c *gin.Context, field, detail string) {
	httpserver.WriteProblem(c, httpserver.Problem{
		Status: http.StatusBadRequest,
		Detail: "A parameter is wrong: " + field + " " + detail + ".",
		Errors: []httpserver.FieldError{{Field: field, Detail: detail}},
	})
}

// parseAfter parses the Larder-After header. Ids are case-insensitive.
func parseAfter(header *string) (readyourwrites.After, error) {
	if header == nil {
		return readyourwrites.After{}, nil
	}
	return readyourwrites.Parse(strings.ToLower(strings.TrimSpace(*header)))
}

func valueOr[T any](p *T, fallback T) T {
	if p == nil {
		return fallback
	}
	return *p
}
