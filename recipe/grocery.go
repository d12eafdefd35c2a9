package recipe

import (
	"larder.dev/events"
	"larder.dev/recipe/ingredient"
	"larder.dev/recipe/units"
)

// GroceryRequest is a cook's request to add ingredients to the grocery list.
type GroceryRequest struct {
	Servings    *float64     // nil for the recipe's own servings
	Ingredients []int        // positions in the recipe's list, from 0; nil for all
	Locale      units.Locale // for rewritten numbers; English for the zero Locale
}

// Grocery selects the chosen ingredients of a recipe, each once and in the recipe's order, and
// scales them to the requested servings. The error is Invalid.
func Grocery(id string, r events.Recipe, request GroceryRequest) (events.Grocery, error) {
	r, _ = Understood(r)
	var c checker
	c.servings("servings", request.Servings)
	if request.Servings != nil && r.Servings == nil {
		c.failf("servings", "can't be asked for: the recipe doesn't say how many it serves")
	}
	if len(r.Ingredients) == 0 {
		c.failf("ingredients", "the recipe has none")
	}
	chosen := c.positions(request.Ingredients, len(r.Ingredients))
	if len(c.invalid) > 0 {
		return events.Grocery{}, c.invalid
	}
	servings, factor := r.Servings, 1.0
	if request.Servings != nil {
		servings, factor = request.Servings, *request.Servings / *r.Servings
	}
	if !(factor <= MaxServings/MinServings) { // the recipe predates the minimum of servings
		c.failf("servings", "can't be asked for: the recipe is for next to nothing")
		return events.Grocery{}, c.invalid
	}
	items := []events.GroceryItem{}
	for i, row := range r.Ingredients {
		if chosen == nil || chosen[i] {
			items = append(items, item(row, factor, request.Locale))
		}
	}
	return events.Grocery{
		RequestID: id, Recipe: events.RecipeRef{ID: r.ID, Name: r.Name}, Servings: servings, Items: items,
	}, nil
}

// positions returns the set of positions, or nil for all.
func (c *checker) positions(positions []int, rows int) map[int]bool {
	if positions == nil {
		return nil
	}
	if len(positions) == 0 {
		c.failf("ingredients", "must name one at least")
	}
	chosen := make(map[int]bool, len(positions))
	for i, position := range positions {
		if position < 0 || position >= rows {
			c.failf(at("ingredients", i), "is no position in the recipe's list")
			continue
		}
		chosen[position] = true
	}
	return chosen
}

// item scales one row. A line whose amount isn't understood is passed on as written.
func item(row events.Ingredient, factor float64, locale units.Locale) events.GroceryItem {
	parsed := understood(row)
	text := parsed.Written(row.Text, factor, locale).String()
	scaled := parsed.Scale(factor).Whole()
	return events.GroceryItem{
		Quantity: scaled.Quantity, QuantityMax: scaled.QuantityMax,
		Unit: scaled.Unit, Name: scaled.Name, Note: scaled.Note, Text: text,
	}
}

// understood returns the parts of a row: those the cook gave, or else those parsed from the line.
func understood(row events.Ingredient) ingredient.Parsed {
	if row.Name == "" && row.Quantity == nil {
		return ingredient.Parse(row.Text)
	}
	parsed := ingredient.Parsed{
		Quantity: row.Quantity, QuantityMax: row.QuantityMax, Unit: row.Unit, Name: row.Name, Note: row.Note,
	}
	if s := row.Second; s != nil {
		parsed.Second = &ingredient.Second{
			Quantity: s.Quantity, QuantityMax: s.QuantityMax, Unit: s.Unit, Relation: ingredient.Relation(s.Relation),
		}
	}
	return parsed
}
