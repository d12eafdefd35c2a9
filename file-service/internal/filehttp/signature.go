package filehttp

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/owner"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
)

// originalURI is the header in which nginx passes the requested address (auth_request).
const originalURI = "X-Original-URI"

// signature tells a CDN whether it may serve an address from its cache. If no database can say who
// owns it, the signature alone decides: otherwise the CDN would fail its readers, and uncached
// files are requested here anyway.
func (a *api) signature(c *gin.Context) {
	asked, err := url.ParseRequestURI(c.GetHeader(originalURI))
	var place cdn.Place
	if err == nil {
		place, err = a.placeOf(asked)
	}
	if err != nil {
		httpserver.WriteProblem(c, forbidden())
		return
	}
	if state, err := a.Owners.State(c.Request.Context(), place.Owner); err == nil && state != owner.Active {
		httpserver.WriteProblem(c, forbidden())
		return
	}
	c.Status(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}

func forbidden() httpserver.Problem {
	return httpserver.Problem{
		Status: http.StatusForbidden, Detail: "The address isn't a signed one, or it has expired.",
	}
}
