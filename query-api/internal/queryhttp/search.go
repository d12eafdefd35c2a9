package queryhttp

import (
	"encoding/json"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
	"larder.dev/internal/searchindex"
	"larder.dev/query-api/internal/search"
)

const defaultLimit = 50

// SearchRecipes returns a page of the caller's recipes.
func (h *Handlers) SearchRecipes(c *gin.Context, params SearchRecipesParams) {
	after, err := parseAfter(params.LarderAfter)
	if err != nil {
		h.fail(c, err)
		return
	}
	page, err := h.Search.Find(c.Request.Context(), search.Query{
		Owner:      identity.UserFrom(c).ID,
		Text:       valueOr(params.Q, ""),
		Tags:       valueOr(params.Tag, nil),
		With:       valueOr(params.With, nil),
		Without:    valueOr(params.Without, nil),
		MaxMinutes: valueOr(params.MaxMinutes, 0),
		Favourite:  valueOr(params.Favourite, false),
		Order:      searchindex.Order(valueOr(params.Sort, "")),
		Limit:      valueOr(params.Limit, defaultLimit),
		Cursor:     valueOr(params.Cursor, ""),
		After:      after,
	})
	if err != nil {
		h.fail(c, err)
		return
	}
	h.served(c, page.Source)
	c.JSON(http.StatusOK, recipePage(page))
}

// page is a RecipePage whose items are already JSON: each is a RecipeItem as cached.
type page struct {
	Items      []json.RawMessage `json:"items"`
	Total      int               `json:"total"`
	Similar    int               `json:"similar"`
	NextCursor *string           `json:"next_cursor"`
}

func recipePage(found search.Page) page {
	answer := page{Items: found.Items, Total: found.Total, Similar: found.Similar}
	if found.Next != "" {
		answer.NextCursor = &found.Next
	}
	return answer
}
