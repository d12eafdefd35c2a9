package archive

import (
	"strings"

	"larder.dev/importer/found"
	"larder.dev/recipe/enclosed"
)

// paprikaRecipe reads a Paprika 3 recipe: a .paprikarecipe is one, compressed with gzip.
func paprikaRecipe(o object) (found.Recipe, bool) {
	if _, ok := o["directions"].(string); !ok || !o.has("ingredients") {
		return found.Recipe{}, false
	}
	if own, is := enclosed.Of(o); is {
		return found.Own(own), true
	}
	r := found.Recipe{
		Name:         o.text("name"),
		Description:  text(o.raw("description")),
		PrepMinutes:  found.Minutes(o.raw("prep_time")),
		CookMinutes:  found.Minutes(o.raw("cook_time")),
		TotalMinutes: found.Minutes(o.raw("total_time")),
		Ingredients:  found.Rows(found.Lines(o.raw("ingredients"))...),
		Steps:        found.Steps(found.Lines(o.raw("directions"))...),
		Notes:        text(o.raw("notes")),
		Tags:         o.names("categories"),
		SourceURL:    o.text("source_url"),
		ImageURL:     address(o.text("image_url")),
		Author:       o.text("source"),
	}
	r.SetYield(o.raw("servings"))
	return r, true
}

// text returns a text with its lines but without surrounding space.
func text(written string) string {
	lines := strings.Split(strings.ReplaceAll(written, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " \t\r")
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// address returns a web address, or "" for any other text.
func address(written string) string {
	if strings.HasPrefix(written, "http://") || strings.HasPrefix(written, "https://") {
		return written
	}
	return ""
}
