// Package queryhttp is the query API over HTTP: it reads requests, asks the use cases, and writes what they
// answer. openapi.yaml describes it.
package queryhttp

import (
	"log/slog"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

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

// Handlers serve the operations of openapi.yaml. Each acts for the user of the session and for nobody else.
type Handlers struct {
	Sessions *identity.Sessions
	Search   *search.Finder
	Detail   *detail.Reader
	Recipes  *recipereader.Recipes // the history of a recipe
	Changes  *changes.Reader
	Signer   cdn.Signer // of the addresses of files; nil for none
	Feeds    *changes.Feeds
	Throttle *limits.Throttle // nil for none
	Log      *slog.Logger
	Answers  *prometheus.CounterVec // by route and by the store that answered; see NewAnswers
}

var _ ServerInterface = (*Handlers)(nil)

// Mount puts the operations on an engine, behind the check of the session and that of the request.
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

// kindOf tells what looks through all that a person has from what looks one thing up.
func kindOf(c *gin.Context) limits.Kind {
	switch c.FullPath() {
	case "/api/recipes", "/api/tags":
		return limits.Search
	case "/api/events":
		return limits.Stream
	default:
		return limits.Read
	}
}
