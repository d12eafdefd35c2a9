// Package queryhttp is the query API over HTTP: it parses requests, calls the use cases, and writes
// their answers. openapi.yaml describes it.
package queryhttp

import (
	"log/slog"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/exporter"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/query-api/internal/changes"
	"larder.dev/query-api/internal/detail"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/query-api/internal/search"
)

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml

// Handlers serve the operations of openapi.yaml, each only on behalf of the session's user.
type Handlers struct {
	Sessions *identity.Sessions
	Search   *search.Finder
	Detail   *detail.Reader
	Recipes  *recipereader.Recipes // for a recipe's history
	Changes  *changes.Reader
	Signer   cdn.Signer                          // signs file addresses; nil for none
	Pictures func(user string) exporter.Pictures // for exports; nil for none
	Feeds    *changes.Feeds
	Throttle *limits.Throttle // nil for none
	Log      *slog.Logger
	Answers  *prometheus.CounterVec // by route and answering store; see NewAnswers
}

var _ ServerInterface = (*Handlers)(nil)

// Mount adds the operations to an engine, behind session and request checks.
func (h *Handlers) Mount(engine *gin.Engine, spec *openapi3.T) error {
	validate, err := httpserver.ValidateRequests(spec)
	if err != nil {
		return err
	}
	throttle := httpserver.Throttle(h.Throttle, kindOf, identity.PersonOf)
	group := engine.Group("", identity.Require(h.Sessions), throttle, validate)
	RegisterHandlersWithOptions(group, h, GinServerOptions{ErrorHandler: refuseParameter})
	return nil
}

// kindOf distinguishes requests that scan a person's data from single lookups.
func kindOf(c *gin.Context) limits.Kind {
	switch c.FullPath() {
	case "/api/recipes", "/api/tags", "/api/foods":
		return limits.Search
	case "/api/events":
		return limits.Stream
	case "/api/export":
		return limits.Export
	default:
		return limits.Read
	}
}
