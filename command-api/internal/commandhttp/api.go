// Package commandhttp is the HTTP side of the commands: it decodes a request, runs the command, and
// writes the answer. openapi.yaml defines its types and what it accepts.
package commandhttp

import (
	"fmt"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/command-api/internal/account"
	"larder.dev/command-api/internal/command"
	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/internal/readyourwrites"
)

// Deps are the handlers' dependencies.
type Deps struct {
	Commands *command.Commands
	Users    *account.Users
	Logins   *identity.Logins
	Sessions *identity.Sessions
	Marks    *readyourwrites.Marks
	Throttle *limits.Throttle // nil for none
	// MaxRecipes is how many recipes a user may have.
	MaxRecipes int64
	Log        *slog.Logger
}

type api struct {
	Deps

	commands *command.Commands // their answers are rendered as HTTP
}

var _ ServerInterface = (*api)(nil)

// New returns the handler of the command API.
func New(deps Deps, options httpserver.Options) (http.Handler, error) {
	engine, err := httpserver.New(options)
	if err != nil {
		return nil, fmt.Errorf("make the HTTP side of the command API: %w", err)
	}
	document, err := GetSpec()
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document of the command API: %w", err)
	}
	validate, err := httpserver.ValidateRequests(document)
	if err != nil {
		return nil, fmt.Errorf("prepare the checks of the command API: %w", err)
	}
	// Use a group, so that an unknown address is a 404 even without a session.
	routes := engine.Group("")
	routes.Use(requireSession(deps.Sessions), httpserver.Throttle(deps.Throttle, kindOf, whoOf),
		httpserver.Volume(deps.Throttle, whoOf), validate)
	handlers := &api{Deps: deps, commands: deps.Commands.Answering(render)}
	RegisterHandlersWithOptions(routes, handlers, GinServerOptions{ErrorHandler: badParameter})
	return engine, nil
}

// requireSession requires a session for everything but logging in.
func requireSession(sessions *identity.Sessions) gin.HandlerFunc {
	require := identity.Require(sessions)
	return func(c *gin.Context) {
		if !isLogin(c) {
			require(c)
		}
	}
}

func isLogin(c *gin.Context) bool {
	return c.Request.Method == http.MethodPost && c.FullPath() == "/api/session"
}

func kindOf(c *gin.Context) limits.Kind {
	if isLogin(c) {
		return limits.Login
	}
	return limits.Write
}

// whoOf returns the user, or the address before login.
func whoOf(c *gin.Context) string {
	if isLogin(c) {
		return identity.AddressOf(c)
	}
	return identity.PersonOf(c)
}

// badParameter answers for the generated code. The earlier checks should already have rejected
// whatever it finds.
func badParameter(c *gin.Context, err error, _ int) {
	httpserver.WriteProblem(c, httpserver.Problem{Status: http.StatusBadRequest, Detail: err.Error()})
}
