package recipe

import (
	"time"

	"larder.dev/events"
)

// Create makes the first version of a recipe from a clean draft and fills in missing parts of its
// rows. Before is the version of the tombstone under this id, or 0 if the id was never used: the
// versions of an id must only grow, or a view would take the new recipe for an old one.
func Create(id string, before int64, d Draft, now time.Time) events.Recipe {
	r := events.Recipe{ID: id, Version: before + 1, CreatedAt: now, UpdatedAt: now, Files: []events.File{}}
	d.Ingredients, _ = understoodRows(d.Ingredients)
	return write(r, d)
}

// Replace returns the recipe with everything that a cook may write taken from the draft. Files
// stay, because other commands add and remove them. Rows get the parts they lack, or new parts if
// theirs belong to another line.
func Replace(current events.Recipe, d Draft, now time.Time) events.Recipe {
	d.Ingredients = revisedRows(d.Ingredients, current.Ingredients)
	return write(Next(current, now), d.withDetailsOf(current))
}

// Delete returns the last version of a recipe, with its whole content, so that its history stays
// readable.
func Delete(current events.Recipe, now time.Time) events.Recipe {
	return Next(current, now)
}

// Restore returns the recipe with everything that a cook may write taken from an earlier version,
// even if the current one is a tombstone. Files stay as they are, unless their bytes may be gone.
func Restore(current events.Recipe, hasFiles bool, past events.Recipe, now time.Time) events.Recipe {
	if !hasFiles {
		current.Files = []events.File{}
	}
	past, _ = Understood(past)
	return write(Next(current, now), DraftOf(past))
}

// Next returns the next version of the recipe. Its time is never before the previous version or the
// creation, which another machine may have written, or this one before its clock was set back.
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

// DraftOf returns what a cook wrote of a recipe.
func DraftOf(r events.Recipe) Draft {
	return Draft{
		Name:         r.Name,
		Description:  r.Description,
		Servings:     r.Servings,
		Yield:        r.Yield,
		PrepMinutes:  r.PrepMinutes,
		CookMinutes:  r.CookMinutes,
		TotalMinutes: r.TotalMinutes,
		SourceURL:    r.SourceURL,
		Author:       r.Author,
		Language:     r.Language,
		Nutrition:    r.Nutrition,
		Tags:         r.Tags,
		Notes:        r.Notes,
		Ingredients:  r.Ingredients,
		Steps:        r.Steps,
	}
}

func write(r events.Recipe, d Draft) events.Recipe {
	r.Name = d.Name
	r.Description = d.Description
	r.Servings = d.Servings
	r.Yield = d.Yield
	r.PrepMinutes = d.PrepMinutes
	r.CookMinutes = d.CookMinutes
	r.TotalMinutes = d.TotalMinutes
	r.SourceURL = d.SourceURL
	r.Author = d.Author
	r.Language = d.Language
	r.Nutrition = d.Nutrition
	r.Tags = d.Tags
	r.Notes = d.Notes
	r.Ingredients = d.Ingredients
	r.Steps = d.Steps
	return r
}
