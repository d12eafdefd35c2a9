// Package search returns pages of an owner's recipes: from the search index if it has the owner's
// last write, otherwise from the database.
package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/internal/bulkhead"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/searchindex"
	"larder.dev/query-api/internal/recipereader"
)

// ErrBusy means too many searches of the same person are running.
var ErrBusy = bulkhead.ErrBusy

// FromIndex is the source of a page that the index found.
const FromIndex = "search"

// ErrBadCursor means the cursor was issued for a different query.
var ErrBadCursor = errors.New("the cursor is not of this search")

// Query selects a page of the owner's recipes; see searchindex.Query for words, ranking and orders.
type Query struct {
	Owner      string
	Text       string
	Tags       []string // all of them
	With       []string // all of these foods or groups of foods, in any spelling
	Without    []string // none of these
	MaxMinutes int      // 0 for any
	Favourite  bool     // only favourites
	Order      searchindex.Order
	Limit      int
	Cursor     string
	After      readyourwrites.After // a write that the page must include

	cost searchindex.Cost
}

// Page is one page. Each item is the JSON of a views.Summary. Next is "" on the last page.
type Page struct {
	Items   []json.RawMessage
	Total   int // see searchindex.Page
	Similar int
	Next    string
	Source  string
}

// Finder finds recipes. It is safe for concurrent use.
type Finder struct {
	index   searchindex.Index
	marks   *readyourwrites.Marks
	redis   *redis.Client
	recipes *recipereader.Recipes
	log     *slog.Logger
	wait    time.Duration
	cost    searchindex.Cost
	scans   chan struct{}
	turns   *bulkhead.Bulkhead
	work    *bulkhead.Bulkhead
	current *current
}

// Limits per person: searches served at once, and searches waiting. Someone typing abandons a
// search with every letter; all devices of a kitchen together need less. Only one of the served
// searches scans at a time, which takes a core; the others wait for a write or have their hits
// already.
const (
	searchesAtOnce  = 4
	searchesWaiting = 64
	looksAtOnce     = 1
)

// maxScans limits concurrent database searches: each holds the names of all its owner's recipes in
// memory.
const maxScans = 4

// Options configure a Finder. If Index is nil, the database answers every search. Wait limits how
// long a search waits for the index to see the owner's last write; Cost limits what a search may
// cost.
type Options struct {
	Index   searchindex.Index
	Redis   *redis.Client
	Recipes *recipereader.Recipes
	Wait    time.Duration
	Cost    searchindex.Cost
	Log     *slog.Logger
}

// NewFinder returns a Finder.
func NewFinder(o Options) *Finder {
	return &Finder{
		index: o.Index, marks: readyourwrites.NewMarks(o.Redis), redis: o.Redis, recipes: o.Recipes,
		log: o.Log, wait: o.Wait, cost: o.Cost, scans: make(chan struct{}, maxScans),
		turns: bulkhead.New(searchesAtOnce, searchesWaiting), work: bulkhead.New(looksAtOnce, searchesAtOnce),
		current: newCurrent(),
	}
}

// Find returns a page. Its errors are ErrBadCursor, ErrBusy, searchindex.ErrTooCostly, or the
// database's.
func (f *Finder) Find(ctx context.Context, q Query) (Page, error) {
	leave, err := f.turns.Enter(ctx, q.Owner)
	if err != nil {
		return Page{}, fmt.Errorf("search for user %s: %w", q.Owner, err)
	}
	defer leave()
	q.cost = f.cost
	page, err := f.fromIndex(ctx, q)
	switch {
	case err == nil:
		return page, nil
	case errors.Is(err, searchindex.ErrBadCursor):
		return Page{}, ErrBadCursor
	case errors.Is(err, recipereader.ErrUnavailable):
		return Page{}, err // the index answered, but the database couldn't complete the page
	case errors.Is(err, searchindex.ErrTooCostly), errors.Is(err, ErrBusy):
		return Page{}, err // the database would take even longer
	case ctx.Err() != nil:
		return Page{}, ctx.Err()
	}
	f.fallBack(ctx, q.Owner, err)
	return f.fromDatabase(ctx, q)
}

// fallBack logs why the index can't answer, unless it is only behind, missing or being rebuilt.
func (f *Finder) fallBack(ctx context.Context, owner string, why error) {
	for _, passing := range []error{errBehind, errNoIndex, searchindex.ErrOutdated} {
		if errors.Is(why, passing) {
			return
		}
	}
	f.log.WarnContext(ctx, "the search index can't be asked", "user", owner, "error", why)
}

func (q Query) forIndex() searchindex.Query {
	return searchindex.Query{
		Owner: q.Owner, Text: q.Text, Tags: q.Tags, With: foodKeys(q.With), Without: foodKeys(q.Without),
		MaxMinutes: q.MaxMinutes, Favourite: q.Favourite,
		Order: q.Order, Limit: q.Limit, Cursor: q.Cursor, Cost: q.cost,
	}
}
