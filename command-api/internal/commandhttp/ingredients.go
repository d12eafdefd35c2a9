package commandhttp

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"larder.dev/recipe/ingredient"
)

// ParseIngredients parses ingredient lines. It uses no store and saves nothing.
func (a *api) ParseIngredients(c *gin.Context) {
	var request ParseRequest
	if _, err := readBody(c, &request); err != nil {
		a.fail(c, err)
		return
	}
	answer := ParsedIngredients{Ingredients: make([]ParsedIngredient, len(request.Lines))}
	for i, line := range request.Lines {
		answer.Ingredients[i] = parsedIngredient(line, ingredient.Parse(line))
	}
	c.Header("Cache-Control", "no-store")
	c.JSON(http.StatusOK, answer)
}

func parsedIngredient(line string, p ingredient.Parsed) ParsedIngredient {
	parsed := ParsedIngredient{
		Text: line, Quantity: p.Quantity, QuantityMax: p.QuantityMax, Unit: p.Unit, Name: p.Name, Note: p.Note,
	}
	if p.Second != nil {
		parsed.Second = &SecondMeasure{
			Quantity: p.Second.Quantity, QuantityMax: p.Second.QuantityMax, Unit: p.Second.Unit,
			Relation: Relation(p.Second.Relation),
		}
	}
	return parsed
}
