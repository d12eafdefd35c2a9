package filehttp

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/owner"
	"larder.dev/internal/cdn"
	"larder.dev/internal/httpserver"
)

// originalURI is the header in which nginx says which address its reader asked for (auth_request).
const originalURI = "X-Original-URI"

// signature tells a CDN whether an address opens, for what it has in its cache. While no database can be asked whose it is
// the signature alone counts: a CDN would have an error for its readers, and what isn't in its cache is asked for here.
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
