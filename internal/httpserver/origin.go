package httpserver

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"
)

// What a page of the admitted origin may send, and may read of an answer.
const (
	corsMethods = "GET, HEAD, POST, PUT, PATCH, DELETE"
	corsHeaders = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Larder-After, Larder-User, " +
		"Last-Event-ID, Tus-Resumable, Upload-Concat, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset"
	corsExposed = "ETag, Location, Larder-After, Larder-File, Larder-Served-By, Retry-After, Tus-Extension, Tus-Max-Size, " +
		"Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Offset, X-Request-Id"
	corsMaxAge = "600"
)

// admitOrigin lets pages of one origin call (CORS), and refuses writes that another site's page
// makes the browser send with the cookie (CSRF). Callers other than browsers send neither header,
// and no cookie that they didn't set themselves.
func admitOrigin(origin string) (gin.HandlerFunc, error) {
	protection := http.NewCrossOriginProtection()
	if origin != "" {
		if err := protection.AddTrustedOrigin(origin); err != nil {
			return nil, fmt.Errorf("read the web origin %q: it must look like https://larder.example: %w", origin, err)
		}
	}
	return func(c *gin.Context) {
		asked := c.Request.Header.Get("Origin")
		admitted := origin != "" && asked == origin
		if origin != "" {
			c.Writer.Header().Add("Vary", "Origin")
		}
		if admitted {
			c.Header("Access-Control-Allow-Origin", origin)
			c.Header("Access-Control-Allow-Credentials", "true")
			c.Header("Access-Control-Expose-Headers", corsExposed)
		}
		if isPreflight(c.Request) {
			answerPreflight(c, admitted)
			return
		}
		if err := protection.Check(c.Request); err != nil {
			WriteProblem(c, Problem{Status: http.StatusForbidden, Detail: "A page of another site may not do this."})
		}
	}, nil
}

func isPreflight(r *http.Request) bool {
	return r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != ""
}

func answerPreflight(c *gin.Context, admitted bool) {
	if !admitted {
		WriteProblem(c, Problem{Status: http.StatusForbidden, Detail: "Pages of this origin may not call here."})
		return
	}
	c.Header("Access-Control-Allow-Methods", corsMethods)
	c.Header("Access-Control-Allow-Headers", corsHeaders)
	c.Header("Access-Control-Max-Age", corsMaxAge)
	c.AbortWithStatus(http.StatusNoContent)
	c.Writer.WriteHeaderNow()
}
