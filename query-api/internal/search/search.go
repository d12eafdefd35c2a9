// Package search answers with a page of an owner's recipes: from the search index where that has seen the
// owner's last write, else from the database.
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

// ErrBusy is the error of a search while too many of the same person's are under way.
var ErrBusy = bulkhead.ErrBusy

// FromIndex is the source of a page that the index found.
const FromIndex = "search"

// ErrBadCursor reports a cursor that was not given out for this query.
var ErrBadCursor = errors.New("the cursor is not of this search")

// Query asks for a page of the owner's recipes; see searchindex.Query for the words and their rank.
type Query struct {
	Owner  string
	Text   string
	Tags   []string // all of them
	Limit  int
	Cursor string
	After  readyourwrites.After // a write that the page must have seen

	cost searchindex.Cost
}

// Page is one page. An item is the JSON of a views.Summary. Next is "" on the last page.
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

// Of one person so many searches are answered at once, and so many wait. Whoever types gives up what they asked for
// with each letter; a kitchen's devices all together ask for less. Of those that are answered one looks, which takes a
// core; the others wait for what was written, or have found what they wanted.
const (
	searchesAtOnce  = 4
	searchesWaiting = 64
	looksAtOnce     = 1
)

// maxScans bounds how many searches go through the database at once: each holds the names of all recipes of its
// owner in memory.
const maxScans = 4

// Options are what a Finder is made of. Index may be nil: the database answers every search then. Wait bounds
// how long a search waits for the index to see the owner's last write, Cost what it may cost then.
type Options struct {
	Index   searchindex.Index
	Redis   *redis.Client
	Recipes *recipereader.Recipes
	Wait    time.Duration
	Cost    searchindex.Cost
	Log     *slog.Logger
}

// NewFinder makes a Finder.
func NewFinder(o Options) *Finder {
	return &Finder{
		index: o.Index, marks: readyourwrites.NewMarks(o.Redis), redis: o.Redis, recipes: o.Recipes,
		log: o.Log, wait: o.Wait, cost: o.Cost, scans: make(chan struct{}, maxScans),
		turns: bulkhead.New(searchesAtOnce, searchesWaiting), work: bulkhead.New(looksAtOnce, searchesAtOnce),
		current: newCurrent(),
	}
}

// Find gives a page. The error is ErrBadCursor, ErrBusy, searchindex.ErrTooCostly, or that of the database.
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
		return Page{}, err // the index answered, and the database that was to complete it can't
	case errors.Is(err, searchindex.ErrTooCostly), errors.Is(err, ErrBusy):
		return Page{}, err // the database would work at it for longer
	case ctx.Err() != nil:
		return Page{}, ctx.Err()
	}
	f.fallBack(ctx, q.Owner, err)
	return f.fromDatabase(ctx, q)
}

// fallBack notes why the index doesn't answer, unless that passes by itself: it
// is on its way, or it is being rebuilt.
func (f *Finder) fallBack(ctx context.Context, owner string, why error) {
	for _, passing := range []error{errBehind, errNoIndex, searchindex.ErrOutdated} {
		if errors.Is(why, passing) {
			return
		}
	}
	f.log.WarnContext(ctx, "the search index can't be asked", "user", owner, "error", why)
}

func (q Query) forIndex() searchindex.Query {
	return searchindex.Query{Owner: q.Owner, Text: q.Text, Tags: q.Tags, Limit: q.Limit, Cursor: q.Cursor, Cost: q.cost}
}
