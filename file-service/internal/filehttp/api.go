// Package filehttp is the HTTP side of the file service: uploads, deletions and delivery.
// openapi.yaml defines its types and what it accepts.
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

// Deps are the handlers' dependencies.
type Deps struct {
	Files    *files.Files
	Objects  objectstore.Store
	Sessions *identity.Sessions
	Marks    *readyourwrites.Marks
	Signer   cdn.Signer // signs the addresses in answers
	Origin   *cdn.Plain // verifies requested addresses
	MaxSize  int64      // of a file, in bytes
	// MaxUnfinished limits the total bytes of a person's unfinished uploads.
	MaxUnfinished int64
	Owners        *owner.Owners
	Uploads       *resumable.Uploads
	Silence       time.Duration    // how long a caller may send or take nothing
	Throttle      *limits.Throttle // nil for none
	Log           *slog.Logger
}

type api struct{ Deps }

var _ ServerInterface = (*api)(nil)

// formOverhead is how much a form may contain besides the file.
const formOverhead = 1 << 20

// New returns the file service's handler.
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
	// No session here: CDNs have none. The signature grants access.
	engine.GET(cdn.Prefix+"*path", refuseUse, a.deliver)
	engine.GET("/api/files/signature", a.signature)
	engine.OPTIONS(strings.TrimSuffix(uploadsPath, "/"), a.describeUploads)
	engine.OPTIONS(uploadsPath+":id", a.describeUploads)
	engine.HEAD(cdn.Prefix+"*path", refuseUse, a.deliver)
	return engine, nil
}

// kindOf distinguishes requests that upload bytes from other changes and from reads.
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
