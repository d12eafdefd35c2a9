package importhttp

import (
	"errors"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/importer/internal/importstore"
	"larder.dev/importer/internal/materials"
	"larder.dev/importer/internal/process"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/redis"
	"larder.dev/internal/topology"
)

const retryAfter = 2 * time.Second

// fail maps every error to its answer, for all handlers.
func (a *api) fail(c *gin.Context, err error) {
	var problem httpserver.Problem
	if errors.As(err, &problem) {
		httpserver.WriteProblem(c, problem)
		return
	}
	if problem, known := refusal(err); known {
		httpserver.WriteProblem(c, problem)
		return
	}
	ctx := c.Request.Context()
	switch {
	case errors.Is(err, bulkhead.ErrBusy), errors.Is(err, importstore.ErrMoved):
		httpserver.WriteBusy(c, "Too many of your requests are under way. Wait for some to be answered.")
	case postgres.DiskFull(err), fulldisk.Is(err):
		a.Log.WarnContext(ctx, "an import is refused: a disk is full", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteDiskFull(c, "There is no room for more. Nothing was changed, and what is there can be read.")
	case errors.Is(err, objectstore.ErrUnavailable), errors.Is(err, redis.ErrUnavailable), postgres.Passing(err),
		errors.Is(err, topology.ErrNotConfirmed):
		a.Log.WarnContext(ctx, "a store can't be asked", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteUnavailable(c, "A store that is needed can't be asked just now.", retryAfter)
	default:
		a.Log.ErrorContext(ctx, "a request failed", "request", httpserver.RequestID(c), "error", err)
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusInternalServerError, Detail: "The request failed."})
	}
}

// refusal returns the problem for an error that the caller can act on.
func refusal(err error) (httpserver.Problem, bool) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, process.ErrNoImport):
		return httpserver.Problem{Status: http.StatusNotFound, Detail: "There is no such import."}, true
	case errors.Is(err, materials.ErrTooLarge), errors.As(err, &tooLarge):
		return httpserver.Problem{
			Status: http.StatusRequestEntityTooLarge, Detail: "The file is larger than may be imported at once.",
			Extra: map[string]any{"limit": MaxFile},
		}, true
	case errors.Is(err, ledger.ErrKeyReused):
		return httpserver.Problem{
			Status: http.StatusUnprocessableEntity,
			Detail: "The Idempotency-Key was used for another request. Take a new key for each command.",
			Errors: []httpserver.FieldError{{Field: "Idempotency-Key", Detail: "was used for another request"}},
		}, true
	case errors.Is(err, ledger.ErrNoUser):
		return httpserver.Problem{
			Status: http.StatusUnauthorized, Detail: "The account of this session doesn't exist any more.",
		}, true
	case errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, objectstore.ErrUnavailable):
		return httpserver.Problem{Status: http.StatusRequestTimeout, Detail: "Nothing came for too long. Nothing was kept."}, true
	case errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, objectstore.ErrUnavailable):
		return httpserver.Problem{Status: http.StatusBadRequest, Detail: "The form broke off before its end."}, true
	default:
		return httpserver.Problem{}, false
	}
}
