package page

import (
	"cmp"
	"strings"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// ingredientRows reads a recipe's ingredients: lines, amounts with a unit, or named groups of them.
func ingredientRows(value any) []events.Ingredient {
	rows := rowsIn(value, "", 0)
	return found.UnderHeadings(rows)
}

func rowsIn(value any, section string, depth int) []events.Ingredient {
	if depth > found.MaxDepth {
		return nil
	}
	var rows []events.Ingredient
	all := list(value)
	for _, each := range all {
		switch v := each.(type) {
		case string:
			lines := []string{found.Line(v)}
			if len(all) == 1 {
				lines = found.Lines(v) // the whole list in one text
			}
			for _, line := range lines {
				rows = appendRow(rows, line, section)
			}
		case map[string]any:
			it := item(v)
			if inner := it.property("itemListElement", "recipeIngredient", "ingredients"); inner != nil {
				rows = append(rows, rowsIn(inner, cmp.Or(it.text("name"), section), depth+1)...)
				continue
			}
			rows = appendRow(rows, amountLine(it), section)
		default:
			rows = appendRow(rows, textOf(v), section)
		}
	}
	return rows
}

func appendRow(rows []events.Ingredient, line, section string) []events.Ingredient {
	if line == "" {
		return rows
	}
	return append(rows, events.Ingredient{Text: line, Section: section})
}

// amountLine writes a PropertyValue as a line: value, unit, name.
func amountLine(it item) string {
	name := it.text("name", "text", "@value", "item")
	parts := []string{it.text("value", "amount", "quantity"), it.text("unitText", "unitCode", "unit"), name}
	if text := it.text("text"); text != "" && parts[0] == "" {
		return text
	}
	return strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
}
