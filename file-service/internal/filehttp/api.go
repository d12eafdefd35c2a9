// Package filehttp is the HTTP side of the file service: uploads, deletions, and the delivery of bytes.
// openapi.yaml is the source of the types and of what is let in.
package filehttp

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/owner"
	"larder.dev/file-service/internal/resumable"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/readyourwrites"
)

//go:generate go tool oapi-codegen -config oapi-codegen.yaml ../../openapi.yaml

// Deps is what the handlers work with.
type Deps struct {
	Files    *files.Files
	Objects  objectstore.Store
	Sessions *identity.Sessions
	Marks    *readyourwrites.Marks
	Signer   cdn.Signer // of the addresses in answers
	Origin   *cdn.Plain // verifies the addresses that come in
	MaxSize  int64      // of a file, in bytes
	// MaxUnfinished is how many bytes the unfinished uploads of a person may have together.
	MaxUnfinished int64
	Owners        *owner.Owners
	Uploads       *resumable.Uploads
	Silence       time.Duration    // after which a caller who sends or takes nothing is let go of
	Throttle      *limits.Throttle // nil for none
	Log           *slog.Logger
}

type api struct{ Deps }

var _ ServerInterface = (*api)(nil)

// formOverhead is what a form may have beside the file.
const formOverhead = 1 << 20

// New gives the handler of the file service.
func New(deps Deps, options httpserver.Options) (http.Handler, error) {
	options.MaxBody = deps.MaxSize + formOverhead
	engine, err := httpserver.New(options)
	if err != nil {
		return nil, fmt.Errorf("make the HTTP side of the file service: %w", err)
	}
	document, err := GetSpec()
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document of the file service: %w", err)
	}
	validate, err := httpserver.ValidateRequests(document)
	if err != nil {
		return nil, fmt.Errorf("prepare the checks of the file service: %w", err)
	}
	a := &api{Deps: deps}
	engine.Use(speaksTus)
	routes := engine.Group("")
	routes.Use(identity.Require(deps.Sessions), httpserver.Throttle(deps.Throttle, kindOf, identity.PersonOf), validate)
	RegisterHandlersWithOptions(routes, a, GinServerOptions{ErrorHandler: badParameter})
	// No session here: a CDN asks, and has none. The signature is what lets a reader in.
	engine.GET(cdn.Prefix+"*path", refuseUse, a.deliver)
	engine.GET("/api/files/signature", a.signature)
	engine.OPTIONS(strings.TrimSuffix(uploadsPath, "/"), a.describeUploads)
	engine.OPTIONS(uploadsPath+":id", a.describeUploads)
	engine.HEAD(cdn.Prefix+"*path", refuseUse, a.deliver)
	return engine, nil
}

// kindOf tells what brings bytes from what only changes or asks.
func kindOf(c *gin.Context) limits.Kind {
	switch c.Request.Method {
	case http.MethodPost, http.MethodPatch:
		return limits.Upload
	case http.MethodGet, http.MethodHead:
		return limits.Read
	default:
		return limits.Write
	}
}

func badParameter(c *gin.Context, err error, _ int) {
	httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusBadRequest, Detail: err.Error()})
}
