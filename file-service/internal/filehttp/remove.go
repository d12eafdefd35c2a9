package filehttp

import (
	"github.com/gin-gonic/gin"

	"larder.dev/file-service/internal/files"
	"larder.dev/internal/identity"
	"larder.dev/internal/telemetry"
)

// RemoveFile removes a file from its recipe.
func (a *api) RemoveFile(c *gin.Context, id ID, params RemoveFileParams) {
	removal := files.Removal{
		User: identity.UserFrom(c).ID, File: id.String(), TraceParent: telemetry.TraceParent(c.Request.Context()),
	}
	if key := keyOf(c.Request, params.IdempotencyKey); key != nil {
		removal.Key = key("", "")
	}
	outcome, err := a.Files.Remove(c.Request.Context(), removal)
	a.answer(c, outcome, err)
}
