// Package recipe holds the rules of a recipe: what it may contain, how it is encoded, and what each
// command does to it. Everything here is pure: no clock, no store, no HTTP.
package recipe

import (
	"larder.dev/events"
)

// Draft is the part of a recipe that a cook may write. Larder sets the rest (id, version, files,
// times).
type Draft struct {
	Name         string              `json:"name"`
	Description  string              `json:"description"`
	Servings     *float64            `json:"servings"`
	Yield        string              `json:"yield"`
	PrepMinutes  *int                `json:"prep_minutes"`
	CookMinutes  *int                `json:"cook_minutes"`
	TotalMinutes *int                `json:"total_minutes"`
	SourceURL    string              `json:"source_url"`
	Author       string              `json:"author"`
	Language     string              `json:"language"`
	Nutrition    events.Nutrition    `json:"nutrition"`
	Tags         []string            `json:"tags"`
	Notes        string              `json:"notes"`
	Ingredients  []events.Ingredient `json:"ingredients"`
	Steps        []events.Step       `json:"steps"`

	// KeepDetails is true of a draft whose writer doesn't know the fields that were added in
	// version 4 of the events. A recipe that it replaces keeps its own.
	KeepDetails bool `json:"-"`
}

// Clean returns the draft in the form that Larder stores: text in NFC without surrounding space,
// one kind of line end, each tag once, and the text of an ingredient written out if only its parts
// were given. The error is Invalid and names every field outside its limits. Cleaning a clean draft
// changes nothing.
func (d Draft) Clean() (Draft, error) {
	var c checker
	clean := Draft{
		Name:         c.label("name", d.Name, MaxName),
		Description:  c.text("description", d.Description, MaxText),
		Servings:     c.servings("servings", d.Servings),
		Yield:        c.line("yield", d.Yield, MaxYield),
		PrepMinutes:  c.minutes("prep_minutes", d.PrepMinutes),
		CookMinutes:  c.minutes("cook_minutes", d.CookMinutes),
		TotalMinutes: c.minutes("total_minutes", d.TotalMinutes),
		SourceURL:    c.line("source_url", d.SourceURL, MaxSource),
		Author:       c.line("author", d.Author, MaxAuthor),
		Language:     c.language("language", d.Language),
		Nutrition:    c.nutrition(d.Nutrition),
		Tags:         c.tags(d.Tags),
		Notes:        c.text("notes", d.Notes, MaxText),
		Ingredients:  c.ingredients(d.Ingredients),
		Steps:        c.steps(d.Steps),
		KeepDetails:  d.KeepDetails,
	}
	if len(c.invalid) > 0 {
		return Draft{}, c.invalid
	}
	return clean, nil
}
