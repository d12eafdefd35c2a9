package archive

import (
	"strings"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// tandoorRecipe reads a Tandoor recipe, in which each step has its own ingredients.
func tandoorRecipe(o object) (found.Recipe, bool) {
	steps := o.objects("steps")
	if !o.has("working_time") && (len(steps) == 0 || !steps[0].has("instruction")) {
		return found.Recipe{}, false
	}
	r := found.Recipe{
		Name:        o.text("name"),
		Description: text(o.raw("description")),
		PrepMinutes: found.Minutes(o.raw("working_time")),
		CookMinutes: found.Minutes(o.raw("waiting_time")),
		Tags:        o.names("keywords"),
		SourceURL:   o.text("source_url"),
	}
	r.SetYield(strings.TrimSpace(o.text("servings") + " " + o.text("servings_text")))
	for _, step := range steps {
		section := step.text("name")
		for _, line := range found.Lines(step.raw("instruction")) {
			r.Steps = append(r.Steps, events.Step{Text: line, Section: section})
		}
		group := section
		for _, row := range step.objects("ingredients") {
			if row.is("is_header") {
				group = row.text("note")
				continue
			}
			r.Ingredients = append(r.Ingredients, tandoorRow(row, group))
		}
	}
	r.Steps = found.Unnumbered(r.Steps)
	return r, true
}

func tandoorRow(row object, section string) events.Ingredient {
	amount := row.number("amount")
	if row.is("no_amount") {
		amount = 0
	}
	line := written(amount, row.inner("unit").text("name"), row.inner("food").text("name"), row.text("note"))
	if original := row.text("original_text"); original != "" {
		line = original
	}
	return events.Ingredient{Text: line, Section: section}
}
