// Package changes reports a user's own changes: page by page since a change number, and live.
package changes

import (
	"context"

	"larder.dev/events"
	"larder.dev/query-api/internal/recipereader"
)

// Change is the last change of one recipe. Number orders a user's changes. Recipe is nil if the
// recipe was deleted.
type Change struct {
	Number  int64
	ID      string
	Version int64
	Deleted bool
	Recipe  *events.Recipe
}

// Page is a page of changes. Next is the number to continue after; More reports that more changes
// exist already.
type Page struct {
	Changes []Change
	Next    int64
	More    bool
	Source  recipereader.Source
}

// Reader reads changes from the database, because views lag behind it and only it assigns change
// numbers.
type Reader struct {
	recipes *recipereader.Recipes
}

// NewReader returns a Reader that reads from recipes.
func NewReader(recipes *recipereader.Recipes) *Reader { return &Reader{recipes: recipes} }

// Since returns up to limit changes of the owner after a change number. If there are none, Next is
// after itself.
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

// Last returns the number of the owner's last change.
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
