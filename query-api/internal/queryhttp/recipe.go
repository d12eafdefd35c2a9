package queryhttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	openapi_types "github.com/oapi-codegen/runtime/types"

	"larder.dev/internal/identity"
)

// GetRecipe returns one of the caller's recipes. It sends the bytes as stored, except for the
// addresses of files.
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
	// Don't answer 304 if the version may be the same while the rest differs: file addresses may
	// have expired, and rows may have been parsed since the caller read them.
	if !signed && !recipe.Understood && matches(valueOr(params.IfNoneMatch, ""), tag) {
		c.Status(http.StatusNotModified)
		return
	}
	c.Data(http.StatusOK, "application/json; charset=utf-8", body)
}

// matches reports whether an If-None-Match contains the tag. The comparison is weak (RFC 9110,
// 13.1.2), because a proxy that compresses answers weakens their tags.
func matches(ifNoneMatch, tag string) bool {
	for candidate := range strings.SplitSeq(ifNoneMatch, ",") {
		candidate = strings.TrimSpace(candidate)
		if candidate == "*" || strings.TrimPrefix(candidate, "W/") == tag {
			return true
		}
	}
	return false
}
