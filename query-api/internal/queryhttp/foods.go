package queryhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
)

// ListFoods returns foods of the caller's recipes, each with its number of recipes.
func (h *Handlers) ListFoods(c *gin.Context, params ListFoodsParams) {
	after, err := parseAfter(params.LarderAfter)
	if err != nil {
		h.fail(c, err)
		return
	}
	found, source, err := h.Search.Foods(
		c.Request.Context(), identity.UserFrom(c).ID, valueOr(params.Prefix, ""), valueOr(params.Limit, defaultLimit), after,
	)
	if err != nil {
		h.fail(c, err)
		return
	}
	foods := make([]Food, len(found))
	for i, food := range found {
		foods[i] = Food{Name: food.Name, Count: food.Count}
	}
	h.served(c, source)
	c.JSON(http.StatusOK, foods)
}
