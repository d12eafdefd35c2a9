package httpserver

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Callers tell from which address a request is, before any engine has it.
type Callers struct {
	engine  *gin.Engine
	believe gin.HandlerFunc
}

// NewCallers makes Callers that believe the TrustedProxies of Options.
func NewCallers(trustedProxies []string) (*Callers, error) {
	addresses, names := splitProxies(trustedProxies)
	engine := gin.New()
	if err := engine.SetTrustedProxies(addresses); err != nil {
		return nil, fmt.Errorf("read the trusted proxies: %w", err)
	}
	return &Callers{engine: engine, believe: believeProxies(names, nil)}, nil
}

// Address is what gin's ClientIP gives to the handlers of an engine.
func (a *Callers) Address(r *http.Request) string {
	seen := *r // believing a proxy changes the request
	c := gin.CreateTestContextOnly(nil, a.engine)
	c.Request = &seen
	a.believe(c)
	return c.ClientIP()
}
