package archive

import (
	"strings"

	"larder.dev/events"
	"larder.dev/importer/found"
)

// melaRecipe reads a Mela recipe: lists are lines, and a line that begins with # is a heading.
func melaRecipe(o object) (found.Recipe, bool) {
	_, rows := o["ingredients"].(string)
	_, steps := o["instructions"].(string)
	if !rows || !steps || !o.has("title") {
		return found.Recipe{}, false
	}
	r := found.Recipe{
		Name:         o.text("title"),
		Description:  text(o.raw("text")),
		PrepMinutes:  found.Minutes(o.raw("prepTime")),
		CookMinutes:  found.Minutes(o.raw("cookTime")),
		TotalMinutes: found.Minutes(o.raw("totalTime")),
		Notes:        text(o.raw("notes")),
		Tags:         o.names("categories"),
		SourceURL:    o.text("link"),
	}
	underSigns(o.raw("ingredients"), func(line, section string) {
		r.Ingredients = append(r.Ingredients, events.Ingredient{Text: line, Section: section})
	})
	underSigns(o.raw("instructions"), func(line, section string) {
		r.Steps = append(r.Steps, events.Step{Text: line, Section: section})
	})
	r.Steps = found.Unnumbered(r.Steps)
	r.SetYield(o.raw("yield"))
	return r, true
}

func underSigns(written string, each func(line, section string)) {
	section := ""
	for _, line := range found.Lines(written) {
		if strings.HasPrefix(line, "#") {
			section = strings.TrimSpace(strings.TrimLeft(line, "#"))
			continue
		}
		each(line, section)
	}
}
