package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"

	"larder.dev/internal/searchindex"
	"larder.dev/query-api/internal/recipereader"
)

// fromDatabase searches the owner's names in the database by the rules of the index: the order is
// the same, and cursors are interchangeable.
func (f *Finder) fromDatabase(ctx context.Context, q Query) (Page, error) {
	done, err := f.scan(ctx, q.Owner)
	if err != nil {
		return Page{}, err
	}
	defer done()
	named, source, err := f.recipes.Names(ctx, q.Owner)
	if err != nil {
		return Page{}, err
	}
	found, err := searchindex.Select(ctx, documents(ctx, q.Owner, named), q.forIndex())
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
	ids := make([]string, len(hits))
	for i, hit := range hits {
		ids[i] = hit.ID
	}
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

// documents stops when ctx ends.
func documents(ctx context.Context, owner string, named []recipereader.Named) iter.Seq[searchindex.Document] {
	return func(yield func(searchindex.Document) bool) {
		for _, n := range named {
			doc := searchindex.Document{ID: n.ID, Owner: owner, Name: n.Name, Tags: n.Tags, Version: n.Version}
			if ctx.Err() != nil || !yield(doc) {
				return
			}
		}
	}
}
