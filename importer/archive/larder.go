package archive

import (
	"bytes"
	"cmp"
	"encoding/json"
	"slices"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/recipe"
)

// larderRecipe reads a recipe in Larder's export format.
func larderRecipe(o object) (found.Recipe, bool) {
	rows, steps := o.objects("ingredients"), o.objects("steps")
	if !o.has("name") || len(o.list("ingredients")) != len(rows) || len(o.list("steps")) != len(steps) || len(rows)+len(steps) == 0 {
		return found.Recipe{}, false
	}
	for _, part := range append(append([]object{}, rows...), steps...) {
		if !part.has("text") && !part.has("name") {
			return found.Recipe{}, false
		}
	}
	if own, is := exported(o); is {
		return own, true
	}
	r := found.Recipe{
		Name:         o.text("name"),
		Description:  text(o.raw("description")),
		PrepMinutes:  found.Minutes(o.raw("prep_minutes")),
		CookMinutes:  found.Minutes(o.raw("cook_minutes")),
		TotalMinutes: found.Minutes(o.raw("total_minutes")),
		Author:       o.text("author"),
		Language:     o.text("language"),
		Notes:        text(o.raw("notes")),
		Tags:         o.names("tags"),
		SourceURL:    o.text("source_url"),
	}
	stated := o.inner("nutrition")
	r.Nutrition.Each(func(name string, value *string) { *value = stated.text(name) })
	r.SetYield(o.raw("servings"))
	r.Yield = cmp.Or(o.text("yield"), r.Yield)
	for _, row := range rows {
		r.Ingredients = append(r.Ingredients, larderRow(row))
	}
	for _, step := range steps {
		r.Steps = append(r.Steps, events.Step{Text: text(step.raw("text")), Section: step.text("section")})
	}
	return r, true
}

// exported reads a line of Larder's export exactly as it is: its spaces are the cook's, and its rows
// have their parts. A line that somebody has written by hand has no version.
func exported(o object) (found.Recipe, bool) {
	if !o.has("id") || !o.has("version") {
		return found.Recipe{}, false
	}
	var whole events.Recipe
	line, err := json.Marshal(o)
	if err != nil || json.Unmarshal(line, &whole) != nil {
		return found.Recipe{}, false
	}
	return found.Own(recipe.DraftOf(whole)), true
}

// larderRow returns a row with its line, composed if the row has only parts.
func larderRow(row object) events.Ingredient {
	made := events.Ingredient{
		Text: row.text("text"), Unit: row.text("unit"), Name: row.text("name"), Note: row.text("note"), Section: row.text("section"),
	}
	if q := row.number("quantity"); q > 0 {
		made.Quantity = &q
	}
	if q := row.number("quantity_max"); q > 0 {
		made.QuantityMax = &q
	}
	if made.Text != "" {
		return made
	}
	clean, err := recipe.Draft{Name: "row", Ingredients: []events.Ingredient{made}}.Clean()
	if err != nil || len(clean.Ingredients) == 0 {
		return made
	}
	return clean.Ingredients[0]
}

// foreignFields distinguish other programs' recipes from Larder's.
var foreignFields = []string{ //nolint:gochecknoglobals // a constant
	"@context", "@type", "@graph", "directions", "instructions", "recipe_ingredient", "recipeIngredient", "recipeInstructions",
	"working_time",
}

// IsLarder reports whether content is in Larder's own format, one object per line; its beginning is
// enough. Lines that aren't JSON may come first.
func IsLarder(begin []byte) bool {
	at := bytes.Index(append([]byte("\n"), begin...), []byte("\n{"))
	if at < 0 {
		return false
	}
	decoder := json.NewDecoder(bytes.NewReader(begin[at:]))
	for depth := 0; ; {
		token, err := decoder.Token()
		if err != nil {
			return true // cut off, or broken: then the reader of the lines reports it
		}
		switch v := token.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				depth++
			} else {
				depth--
			}
			if depth == 0 {
				return true
			}
		case string:
			if depth == 1 && slices.Contains(foreignFields, v) {
				return false
			}
		}
	}
}
