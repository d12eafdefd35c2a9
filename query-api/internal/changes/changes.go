// Package changes tells a user what that user changed: page by page since a change number, and as it happens.
package changes

import (
	"context"

	"larder.dev/events"
	"larder.dev/query-api/internal/recipereader"
)

// Change is the last change of one recipe. Number orders the changes of one user. Recipe is nil where the
// recipe was deleted.
type Change struct {
	Number  int64
	ID      string
	Version int64
	Deleted bool
	Recipe  *events.Recipe
}

// Page is a part of what was changed. Next is the number to go on after; More tells that there is more already.
type Page struct {
	Changes []Change
	Next    int64
	More    bool
	Source  recipereader.Source
}

// Reader reads changes from the database: the views follow it, and a change number is drawn nowhere else.
type Reader struct {
	recipes *recipereader.Recipes
}

// NewReader reads from recipes.
func NewReader(recipes *recipereader.Recipes) *Reader { return &Reader{recipes: recipes} }

// Since gives up to limit changes of the owner after a change number. With nothing new, Next is after itself.
func (r *Reader) Since(ctx context.Context, owner string, after int64, limit int) (Page, error) {
	stored, more, source, err := r.recipes.Changes(ctx, owner, after, limit)
	if err != nil {
		return Page{}, err
	}
	page := Page{Changes: make([]Change, 0, len(stored)), Next: after, More: more, Source: source}
	for i := range stored {
		page.Changes = append(page.Changes, changeOf(&stored[i]))
		page.Next = stored[i].Change
	}
	return page, nil
}

// Last is the number of the owner's last change.
func (r *Reader) Last(ctx context.Context, owner string) (int64, error) {
	change, _, err := r.recipes.LastChange(ctx, owner)
	return change, err
}

func changeOf(s *recipereader.Stored) Change {
	c := Change{Number: s.Change, ID: s.Recipe.ID, Version: s.Recipe.Version, Deleted: s.Deleted}
	if !s.Deleted {
		c.Recipe = &s.Recipe
	}
	return c
}
