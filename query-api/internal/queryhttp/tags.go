package queryhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
)

// ListTags returns the caller's tags, each with its number of recipes.
func (h *Handlers) ListTags(c *gin.Context, params ListTagsParams) {
	after, err := parseAfter(params.LarderAfter)
	if err != nil {
		h.fail(c, err)
		return
	}
	found, source, err := h.Search.Tags(c.Request.Context(), identity.UserFrom(c).ID, after)
	if err != nil {
		h.fail(c, err)
		return
	}
	tags := make([]Tag, len(found))
	for i, tag := range found {
		tags[i] = Tag{Name: tag.Name, Count: tag.Count}
	}
	h.served(c, source)
	c.JSON(http.StatusOK, tags)
}
