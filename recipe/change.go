package recipe

import (
	"time"

	"larder.dev/events"
)

// Create makes the first version of a recipe from a clean draft, whose rows get the parts that they came without.
// Before is the version of the tombstone that the id was left with, 0 where it was never used: versions of an id only
// ever grow, or a view would take the new recipe for an old one.
func Create(id string, before int64, d Draft, now time.Time) events.Recipe {
	r := events.Recipe{ID: id, Version: before + 1, CreatedAt: now, UpdatedAt: now, Files: []events.File{}}
	d.Ingredients, _ = understoodRows(d.Ingredients)
	return write(r, d)
}

// Replace gives the recipe with all that a cook may write taken from the draft. Files stay: they come and
// go by commands of their own. Rows get the parts that they came without, or with those of another line.
func Replace(current events.Recipe, d Draft, now time.Time) events.Recipe {
	d.Ingredients = revisedRows(d.Ingredients, current.Ingredients)
	return write(Next(current, now), d)
}

// Delete gives the last version of a recipe, as whole as it was: its history can be looked at.
func Delete(current events.Recipe, now time.Time) events.Recipe {
	return Next(current, now)
}

// Restore gives the recipe with all that a cook may write taken from an earlier version of it, also where the
// current one is a tombstone. Files stay as they are, unless their bytes may be gone.
func Restore(current events.Recipe, hasFiles bool, past events.Recipe, now time.Time) events.Recipe {
	if !hasFiles {
		current.Files = []events.File{}
	}
	past, _ = Understood(past)
	return write(Next(current, now), draftOf(past))
}

// Next gives the recipe as its next version. Its time is never before that of the version before, nor before the recipe's
// creation: another machine wrote that, or this one before its clock was set back.
func Next(r events.Recipe, now time.Time) events.Recipe {
	r.Version++
	for _, earlier := range []time.Time{r.CreatedAt, r.UpdatedAt} {
		if now.Before(earlier) {
			now = earlier
		}
	}
	r.UpdatedAt = now
	return r
}

// draftOf is what a cook wrote of a recipe.
func draftOf(r events.Recipe) Draft {
	return Draft{
		Name:        r.Name,
		Description: r.Description,
		Servings:    r.Servings,
		PrepMinutes: r.PrepMinutes,
		CookMinutes: r.CookMinutes,
		SourceURL:   r.SourceURL,
		Tags:        r.Tags,
		Notes:       r.Notes,
		Ingredients: r.Ingredients,
		Steps:       r.Steps,
	}
}

func write(r events.Recipe, d Draft) events.Recipe {
	r.Name = d.Name
	r.Description = d.Description
	r.Servings = d.Servings
	r.PrepMinutes = d.PrepMinutes
	r.CookMinutes = d.CookMinutes
	r.SourceURL = d.SourceURL
	r.Tags = d.Tags
	r.Notes = d.Notes
	r.Ingredients = d.Ingredients
	r.Steps = d.Steps
	return r
}
