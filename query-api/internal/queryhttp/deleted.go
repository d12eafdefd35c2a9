package queryhttp

import (
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/recipereader"
)

const defaultDeleted = 50

// ListDeleted lists the caller's deleted recipes that can still be restored.
func (h *Handlers) ListDeleted(c *gin.Context, params ListDeletedParams) {
	page, more, err := h.Recipes.Deleted(c.Request.Context(), identity.UserFrom(c).ID,
		valueOr(params.Before, math.MaxInt64), valueOr(params.Limit, defaultDeleted))
	if err != nil {
		h.fail(c, err)
		return
	}
	answer := DeletedPage{Items: make([]DeletedRecipe, len(page))}
	for i, d := range page {
		answer.Items[i] = DeletedRecipe{ID: d.ID, Name: d.Name, Version: d.Version - 1, DeletedAt: d.DeletedAt.UTC()}
		if d.Keep != nil {
			until := d.DeletedAt.UTC().Add(*d.Keep)
			answer.Items[i].ErasedAt = &until
		}
	}
	if more {
		answer.NextBefore = &page[len(page)-1].Change
	}
	h.served(c, string(recipereader.Primary))
	c.JSON(http.StatusOK, answer)
}
