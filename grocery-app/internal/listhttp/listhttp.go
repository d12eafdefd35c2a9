// Package listhttp is the grocery app over HTTP. openapi.yaml describes it.
package listhttp

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/internal/postgres"
	"larder.dev/internal/wake"
)

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml

// Lists stores everyone's lists.
type Lists interface {
	Read(ctx context.Context, user string) (list.State, error)
	Apply(ctx context.Context, user string, operations []list.Operation) (int64, error)
	Sequence(ctx context.Context, user string) (int64, error)
}

// Handlers serve the operations of openapi.yaml, each only on behalf of the session's user.
type Handlers struct {
	Sessions *identity.Sessions
	Lists    Lists
	Hub      *wake.Hub
	Timing   Timing
	Throttle *limits.Throttle // nil for none
	Log      *slog.Logger

	// Reads limits how many of a person's lists are computed at once: one with thousands of parts
	// takes a while.
	Reads *bulkhead.Bulkhead
}

// Limits per person: list reads served at once, and waiting.
const (
	readsAtOnce  = 2
	readsWaiting = 64
)

// NewReads returns the bulkhead for Handlers.
func NewReads() *bulkhead.Bulkhead { return bulkhead.New(readsAtOnce, readsWaiting) }

var _ ServerInterface = (*Handlers)(nil)

// Mount adds the operations to an engine, behind session, access and request checks.
func (h *Handlers) Mount(engine *gin.Engine, spec *openapi3.T) error {
	validate, err := httpserver.ValidateRequests(spec)
	if err != nil {
		return err
	}
	throttle := httpserver.Throttle(h.Throttle, kindOf, identity.PersonOf)
	volume := httpserver.Volume(h.Throttle, identity.PersonOf)
	group := engine.Group("", identity.Require(h.Sessions), throttle, requireAccess, volume, validate)
	RegisterHandlersWithOptions(group, h, GinServerOptions{ErrorHandler: refuseParameter})
	return nil
}

func kindOf(c *gin.Context) limits.Kind {
	switch c.FullPath() {
	case "/grocery/api/operations":
		return limits.Grocery
	case "/grocery/api/events":
		return limits.Stream
	default:
		return limits.Read
	}
}

// requireAccess rejects users without access to the grocery app, or who lost it. Their requests on
// the feed are stored, but not shown.
func requireAccess(c *gin.Context) {
	if !identity.UserFrom(c).Grocery {
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusForbidden, Detail: "You have no access to the grocery list.",
		})
	}
}

func refuseParameter(c *gin.Context, _ error, status int) {
	httpserver.WriteProblem(c, httpserver.Problem{Status: status, Detail: "A parameter of the request can't be read."})
}

const retryAfter = 2 * time.Second

// fail maps an error to an HTTP answer. No other code does.
func (h *Handlers) fail(c *gin.Context, err error) {
	switch {
	case errors.Is(err, list.ErrErased):
		httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusUnauthorized, Detail: "This user was deleted."})
	case errors.Is(err, wake.ErrTooMany):
		httpserver.WriteBusy(c, "You have too many streams open. Close one first.")
	case errors.Is(err, bulkhead.ErrBusy):
		httpserver.WriteBusy(c, "Too many of your requests are under way. Wait for some to be answered.")
	case postgres.DiskFull(err):
		h.Log.WarnContext(c, "a change is refused: the disk is full", "route", c.FullPath(), "error", err)
		httpserver.WriteDiskFull(c, "There is no room for more. Nothing was changed, and the list can be read.")
	case postgres.Passing(err):
		h.Log.WarnContext(c, "the database can't answer", "route", c.FullPath(), "error", err)
		httpserver.WriteUnavailable(c, "The list can't be asked just now.", retryAfter)
	default:
		h.Log.ErrorContext(c, "a request failed", "route", c.FullPath(), "user", identity.UserFrom(c).ID, "error", err)
		httpserver.WriteProblem(c, httpserver.Problem{
			Status: http.StatusInternalServerError, Detail: "Something went wrong on our side.",
		})
	}
}
