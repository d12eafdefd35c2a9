package listhttp

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/internal/identity"
	"larder.dev/recipe/units"
)

// GetList returns the caller's list.
func (h *Handlers) GetList(c *gin.Context, params GetListParams) {
	user := identity.UserFrom(c)
	leave, err := h.Reads.Enter(c.Request.Context(), user.ID)
	if err != nil {
		h.fail(c, err)
		return
	}
	defer leave()
	state, err := h.Lists.Read(c.Request.Context(), user.ID)
	if err != nil {
		h.fail(c, err)
		return
	}
	language := units.LanguageOf(c.GetHeader("Accept-Language"))
	etag := fmt.Sprintf(`"%s-%d-%s"`, user.ID, state.Sequence, language)
	c.Header("ETag", etag)
	c.Header("Vary", "Accept-Language")
	if params.IfNoneMatch != nil && *params.IfNoneMatch == etag {
		c.Status(http.StatusNotModified)
		return
	}
	answer := ShoppingList{Sequence: state.Sequence, Aisles: state.AisleOrder(), Lines: []Line{}}
	answer.User.ID, answer.User.Name = user.ID, user.Name
	for _, line := range state.Lines(units.LocaleOf(language)) {
		answer.Lines = append(answer.Lines, lineOf(line))
	}
	c.JSON(http.StatusOK, answer)
}

func lineOf(line list.Line) Line {
	parts := make([]Part, 0, len(line.Parts))
	for _, part := range line.Parts {
		parts = append(parts, partOf(part))
	}
	return Line{
		Food: line.Food, Name: line.Name, Amount: line.Amount, Aisle: line.Aisle, Position: line.Position,
		Ticked: line.Ticked, Parts: parts,
	}
}

func partOf(p list.Part) Part {
	part := Part{ID: p.ID, Text: p.Text, Ticked: p.Ticked}
	if p.Request == "" {
		return part
	}
	part.Request = &p.Request
	part.Recipe = &struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}{ID: p.RecipeID, Name: p.Recipe}
	return part
}
