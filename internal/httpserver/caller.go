package httpserver

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Callers determine a request's source address before any engine sees it.
type Callers struct {
	engine  *gin.Engine
	believe gin.HandlerFunc
}

// NewCallers returns Callers that trust the TrustedProxies of Options.
func NewCallers(trustedProxies []string) (*Callers, error) {
	addresses, names := splitProxies(trustedProxies)
	engine := gin.New()
	if err := engine.SetTrustedProxies(addresses); err != nil {
		return nil, fmt.Errorf("read the trusted proxies: %w", err)
	}
	return &Callers{engine: engine, believe: believeProxies(names, nil)}, nil
}

// Address returns what gin's ClientIP returns in an engine's handlers.
func (a *Callers) Address(r *http.Request) string {
	seen := *r // trusting a proxy modifies the request
	c := gin.CreateTestContextOnly(nil, a.engine)
	c.Request = &seen
	a.believe(c)
	return c.ClientIP()
}
