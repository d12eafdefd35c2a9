package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/recipe"
)

// fromDatabase searches the owner's names in the database by the rules of the index: the order is
// the same, and cursors are interchangeable.
func (f *Finder) fromDatabase(ctx context.Context, q Query) (Page, error) {
	done, err := f.scan(ctx, q.Owner)
	if err != nil {
		return Page{}, err
	}
	defer done()
	needs := namesNeeded
	if len(q.With)+len(q.Without) > 0 {
		needs = foodsNeeded
	}
	stored, source, err := f.stored(ctx, q.Owner, needs)
	if err != nil {
		return Page{}, err
	}
	found, err := searchindex.Select(ctx, documents(ctx, stored), q.forIndex())
	if errors.Is(err, searchindex.ErrBadCursor) {
		return Page{}, ErrBadCursor
	}
	if err != nil {
		return Page{}, fmt.Errorf("search for user %s in the database: %w", q.Owner, err)
	}
	items, err := f.storedItems(ctx, q.Owner, found.Hits)
	if err != nil {
		return Page{}, err
	}
	return Page{Items: items, Total: found.Total, Similar: found.Similar, Next: found.Next, Source: string(source)}, nil
}

// scan waits until another owner's names may be loaded and no other search of the same owner is
// scanning.
func (f *Finder) scan(ctx context.Context, owner string) (done func(), err error) {
	leave, err := f.work.Enter(ctx, owner)
	if err != nil {
		return nil, fmt.Errorf("search for user %s in the database: %w", owner, err)
	}
	select {
	case f.scans <- struct{}{}:
		return func() { <-f.scans; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, fmt.Errorf("wait to search for user %s in the database: %w", owner, ctx.Err())
	}
}

func (f *Finder) storedItems(ctx context.Context, owner string, hits []searchindex.Hit) ([]json.RawMessage, error) {
	ids := idsOf(hits)
	stored, _, err := f.recipes.Summaries(ctx, owner, ids)
	if err != nil {
		return nil, err
	}
	items := make([]json.RawMessage, 0, len(hits))
	for _, id := range ids {
		if summary, ok := stored[id]; ok {
			items = append(items, summary.JSON())
		}
	}
	return items, nil
}

// needed says what to read of each recipe.
type needed int

const (
	namesNeeded needed = iota // everything but foods, which take a second query
	foodsNeeded
)

// stored reads what the index has of all the owner's recipes.
func (f *Finder) stored(ctx context.Context, owner string, needs needed) ([]searchindex.Document, recipereader.Source, error) {
	named, source, err := f.recipes.Names(ctx, owner)
	if err != nil {
		return nil, source, err
	}
	var rows map[string][]events.Ingredient
	if needs == foodsNeeded {
		if rows, _, err = f.recipes.Rows(ctx, owner); err != nil {
			return nil, source, err
		}
	}
	docs := make([]searchindex.Document, len(named))
	for i, n := range named {
		docs[i] = searchindex.Document{
			ID: n.ID, Owner: owner, Name: n.Name, Tags: n.Tags, Foods: recipe.Foods(rows[n.ID]),
			Minutes: recipe.Minutes(n.TotalMinutes, n.PrepMinutes, n.CookMinutes), Created: n.CreatedAt, Updated: n.UpdatedAt, Version: n.Version,
			Favourite: n.Favourite, Rating: recipe.Stars(n.Rating),
		}
	}
	return docs, source, nil
}

// documents stops when ctx ends.
func documents(ctx context.Context, stored []searchindex.Document) iter.Seq[searchindex.Document] {
	return func(yield func(searchindex.Document) bool) {
		for _, doc := range stored {
			if ctx.Err() != nil || !yield(doc) {
				return
			}
		}
	}
}
