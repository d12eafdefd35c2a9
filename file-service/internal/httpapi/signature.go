package httpapi

import (
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/httpserver"
)

// originalURI is the header in which nginx says which address its reader asked for (auth_request).
const originalURI = "X-Original-URI"

// signature tells a CDN whether an address opens, for what it has in its cache. No store is asked.
func (a *api) signature(c *gin.Context) {
	asked, err := url.ParseRequestURI(c.GetHeader(originalURI))
	if err == nil {
		_, err = a.placeOf(asked)
	}
	if err != nil {
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
