package queryhttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"larder.dev/internal/identity"
)

// GetRecipe gives one recipe of the caller's. The bytes go out as the store has them, but for the
// addresses of its files.
func (h *Handlers) GetRecipe(c *gin.Context, id openapi_types.UUID, params GetRecipeParams) {
	after, err := parseAfter(params.LarderAfter)
	if err != nil {
		h.fail(c, err)
		return
	}
	recipe, err := h.Detail.Get(c.Request.Context(), identity.UserFrom(c).ID, id.String(), after)
	if err != nil {
		h.fail(c, err)
		return
	}
	tag := `"` + strconv.FormatInt(recipe.Version, 10) + `"`
	c.Header("ETag", tag)
	h.served(c, recipe.Source)
	body, signed, err := h.addressed(identity.UserFrom(c).ID, recipe.JSON)
	if err != nil {
		h.fail(c, err)
		return
	}
	// It is sent whole where the version is the same and the rest may not be: with files, whose addresses may be old, and
	// with rows that were understood since the caller read it.
	if !signed && !recipe.Understood && matches(valueOr(params.IfNoneMatch, ""), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
}

// matches tells whether an If-None-Match names the tag. The comparison is weak (RFC 9110, 13.1.2): a proxy that
// compresses answers marks their tags so.
func matches(ifNoneMatch, tag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
