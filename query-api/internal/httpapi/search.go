package httpapi

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/internal/identity"
	"larder.dev/query-api/internal/postgres"
	"larder.dev/query-api/internal/search"
)

const defaultLimit = 50

// SearchRecipes gives a page of the caller's recipes.
func (h *Handlers) SearchRecipes(c *gin.Context, params SearchRecipesParams) {
	after, err := parseAfter(params.LarderAfter)
	if err != nil {
		h.fail(c, err)
		return
	}
	page, err := h.Search.Find(c.Request.Context(), search.Query{
		Owner:  identity.UserFrom(c).ID,
		Text:   valueOr(params.Q, ""),
		Tag:    valueOr(params.Tag, ""),
		Limit:  valueOr(params.Limit, defaultLimit),
		Cursor: valueOr(params.Cursor, ""),
		After:  after,
	})
	if err != nil {
		h.fail(c, err)
		return
	}
	h.served(c, page.Source)
	c.JSON(http.StatusOK, recipePage(page))
}

func recipePage(page search.Page) RecipePage {
	answer := RecipePage{Items: make([]RecipeItem, 0, len(page.Items)), Total: page.Total}
	for _, s := range page.Items {
		answer.Items = append(answer.Items, recipeItem(s))
	}
	if page.Next != "" {
		answer.NextCursor = &page.Next
	}
	return answer
}

func recipeItem(s postgres.Summary) RecipeItem {
	tags := s.Tags
	if tags == nil {
		tags = []string{} // "tags": null isn't what the contract says
	}
	return RecipeItem{
		ID: s.ID, Name: s.Name, Version: s.Version, Tags: tags, Servings: s.Servings,
		PrepMinutes: s.PrepMinutes, CookMinutes: s.CookMinutes, UpdatedAt: s.UpdatedAt,
	}
}
