// Package recipe holds the rules of a recipe: what may be in one, how it is written down, and what each
// command makes of it. Everything here is pure: no clock, no store, no HTTP.
package recipe

import (
	"larder.dev/events"
)

// Draft is what a cook may write of a recipe. The rest (id, version, files, times) is kept by Larder.
type Draft struct {
	Name        string
	Description string
	Servings    *float64
	PrepMinutes *int
	CookMinutes *int
	SourceURL   string
	Tags        []string
	Notes       string
	Ingredients []events.Ingredient
	Steps       []events.Step
}

// Clean gives the draft as it is kept: text in NFC without space around it, one kind of line end, tags
// once, and the line of an ingredient written out where only its parts were given. The error is Invalid
// and names every field that is outside its limits. Clean of a clean draft changes nothing.
func (d Draft) Clean() (Draft, error) {
	var c checker
	clean := Draft{
		Name:        c.label("name", d.Name, MaxName),
		Description: c.text("description", d.Description, MaxText),
		Servings:    c.servings("servings", d.Servings),
		PrepMinutes: c.minutes("prep_minutes", d.PrepMinutes),
		CookMinutes: c.minutes("cook_minutes", d.CookMinutes),
		SourceURL:   c.line("source_url", d.SourceURL, MaxSource),
		Tags:        c.tags(d.Tags),
		Notes:       c.text("notes", d.Notes, MaxText),
		Ingredients: c.ingredients(d.Ingredients),
		Steps:       c.steps(d.Steps),
	}
	if len(c.invalid) > 0 {
		return Draft{}, c.invalid
	}
	return clean, nil
}
