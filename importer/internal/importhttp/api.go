// Package importhttp is the HTTP side of the importer: what to import comes in, and how it goes is
// told. openapi.yaml defines its types and what it accepts.
package importhttp

import (
	"context"
	"fmt"
	"log/slog"
	"mime"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/importer/internal/materials"
	"larder.dev/importer/internal/process"
	"larder.dev/internal/bulkhead"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
)

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml

// Deps are the handlers' dependencies.
type Deps struct {
	Imports   *process.Imports
	Materials *materials.Store
	// Names returns the names of those recipes that still exist.
	Names    func(ctx context.Context, user string, recipes []string) (map[string]string, error)
	Sessions *identity.Sessions
	Throttle *limits.Throttle // nil for none
	Log      *slog.Logger
}

type api struct {
	Deps

	previews *bulkhead.Bulkhead
}

var _ ServerInterface = (*api)(nil)

// Limits on what may be imported at once, in bytes.
const (
	MaxFile = 1 << 30
	maxJSON = 12 << 20
	// formOverhead is how much a form may contain besides the file.
	formOverhead = 1 << 20
)

// A dry run reads what is given while its caller waits; these bound one person's.
const (
	previewsAtOnce  = 1
	previewsWaiting = 8
)

// New returns the importer's handler.
func New(deps Deps, options httpserver.Options) (http.Handler, error) {
	options.MaxBody = MaxFile + formOverhead
	engine, err := httpserver.New(options)
	if err != nil {
		return nil, err
	}
	document, err := GetSpec()
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document of the importer: %w", err)
	}
	validate, err := httpserver.ValidateRequests(document)
	if err != nil {
		return nil, fmt.Errorf("prepare the checks of the importer: %w", err)
	}
	a := &api{Deps: deps, previews: bulkhead.New(previewsAtOnce, previewsWaiting)}
	routes := engine.Group("")
	routes.Use(identity.Require(deps.Sessions), httpserver.Throttle(deps.Throttle, kindOf, identity.PersonOf), boundJSON, validate)
	RegisterHandlersWithOptions(routes, a, GinServerOptions{ErrorHandler: badParameter})
	return engine, nil
}

// kindOf distinguishes requests that upload a file from other changes and from reads.
func kindOf(c *gin.Context) limits.Kind {
	switch {
	case c.Request.Method == http.MethodGet:
		return limits.Read
	case isForm(c):
		return limits.Upload
	default:
		return limits.Write
	}
}

func isForm(c *gin.Context) bool {
	kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type"))
	return err == nil && kind == "multipart/form-data"
}

// boundJSON bounds bodies that are read into memory.
func boundJSON(c *gin.Context) {
	if !isForm(c) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxJSON)
	}
}

func badParameter(c *gin.Context, err error, _ int) {
	httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusBadRequest, Detail: err.Error()})
}
