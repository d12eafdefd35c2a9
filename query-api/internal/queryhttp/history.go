package queryhttp

import (
	"math"
	"net/http"

	"github.com/gin-gonic/gin"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/recipereader"
)

const defaultVersions = 50

// ListVersions lists the versions of one of the caller's recipes, even if it is deleted.
func (h *Handlers) ListVersions(c *gin.Context, id openapi_types.UUID, params ListVersionsParams) {
	page, more, err := h.Recipes.History(c.Request.Context(), identity.UserFrom(c).ID, id.String(),
		valueOr(params.Before, math.MaxInt64), valueOr(params.Limit, defaultVersions))
	if err != nil {
		h.fail(c, err)
		return
	}
	answer := VersionPage{Items: make([]Version, len(page))}
	for i, v := range page {
		answer.Items[i] = Version{Version: v.Number, Type: string(v.Type), Name: v.Name, Time: v.Time}
	}
	if more {
		answer.NextBefore = &page[len(page)-1].Number
	}
	h.served(c, string(recipereader.Primary))
	c.JSON(http.StatusOK, answer)
}

// GetVersion returns one of the caller's recipes as it was at a version.
func (h *Handlers) GetVersion(c *gin.Context, id openapi_types.UUID, version int64) {
	recipe, err := h.Recipes.AsOf(c.Request.Context(), identity.UserFrom(c).ID, id.String(), version)
	if err != nil {
		h.fail(c, err)
		return
	}
	h.served(c, string(recipereader.Primary))
	c.JSON(http.StatusOK, recipe)
}
