package queryhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/changes"
)

const defaultChanges = 100

// ListChanges returns the caller's changes after a change number.
func (h *Handlers) ListChanges(c *gin.Context, params ListChangesParams) {
	page, err := h.Changes.Since(c.Request.Context(), identity.UserFrom(c).ID,
		valueOr(params.Since, 0), valueOr(params.Limit, defaultChanges))
	if err != nil {
		h.fail(c, err)
		return
	}
	answer := ChangePage{Changes: make([]Change, 0, len(page.Changes)), Next: page.Next, More: page.More}
	for _, change := range page.Changes {
		answer.Changes = append(answer.Changes, changeEntry(change))
	}
	h.served(c, string(page.Source))
	c.JSON(http.StatusOK, answer)
}

func changeEntry(c changes.Change) Change {
	return Change{Change: c.Number, ID: c.ID, Version: c.Version, Deleted: c.Deleted, Recipe: c.Recipe}
}
