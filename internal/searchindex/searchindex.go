// Package searchindex defines an index of named things that belong to owners:
// found by the words of their names, listed in the order of their names, and
// never seen by anyone but their owner.
//
// The package holds the interface, the rules of ranking and paging that every
// implementation follows, and Select, which applies those rules to documents
// in memory. Package searchindextest is the suite an implementation passes.
//
// # Ranking
//
// A document matches a query when every word of the query matches some word of
// its name. A document is in [TierExact] when every query word is a word of
// the name, in [TierPrefix] when every query word is a word or the beginning
// of one, in [TierTypo] when some query word only resembles a word of the
// name or its beginning, and in [TierPart] when some query word only begins the
// second part of a compound (see [MatchWord], and [Terms] for what a query's
// words are). A better tier always comes first. Within a tier documents are
// ordered by the folded name, then by id. A query without words matches
// everything, in that same order.
//
// The rules are ported to the app, which finds without a network: searchindextest/cases.json
// is the table that both pass.
package searchindex

import (
	"context"
	"errors"
	"time"
)

// DefaultLimit is the number of hits on a page when a query asks for none.
const DefaultLimit = 50

// ErrBadCursor reports a cursor that no index has given out for this query.
var ErrBadCursor = errors.New("searchindex: bad cursor")

// ErrBadDocument reports a document that can never be indexed, however often
// it is tried.
var ErrBadDocument = errors.New("searchindex: bad document")

// ErrRebuilding reports that a rebuild of this index is already under way.
var ErrRebuilding = errors.New("searchindex: a rebuild is already under way")

// ErrNoOld reports that no old generation is kept.
var ErrNoOld = errors.New("searchindex: there is no old generation")

// ErrClosed reports the use of an index after Close, or of a rebuild after
// Commit or Abort.
var ErrClosed = errors.New("searchindex: closed")

// ErrUnavailable reports an engine that can't be asked now; the same call may
// work later.
var ErrUnavailable = errors.New("searchindex: unavailable")

// ErrOutdated reports an index that another version of this program laid out.
// It has to be rebuilt; if that version is newer, by that one.
var ErrOutdated = errors.New("searchindex: outdated")

// ErrLost reports an index that was there and is gone, as one that was deleted
// behind the back of those who use it. Until it is rebuilt nothing can be
// written, and whoever searches has to look elsewhere.
var ErrLost = errors.New("searchindex: lost")

// Document is one named thing as it is after a change. An id is unique within
// its owner only.
type Document struct {
	ID      string
	Owner   string
	Name    string
	Tags    []string
	Version int64 // from 1; a newer version of the same document wins
	Deleted bool  // leaves a tombstone with the version, so that late changes stay out
	Again   bool  // takes the place of an equal version too; not kept
}

// Key names one document.
type Key struct{ Owner, ID string }

// Newer reports whether the document takes the place of one that the index has.
func (d Document) Newer(has int64) bool {
	return d.Version > has || d.Again && d.Version == has
}

// Query asks for one page of an owner's documents.
type Query struct {
	Owner  string
	Text   string   // words of the name; a text without words asks for everything
	Tags   []string // only documents with all of these; blank ones count for nothing
	Limit  int      // hits on the page; DefaultLimit if not positive
	Cursor string   // Page.Next of the page before; "" for the first
	Cost   Cost     // what it may cost
	Names  bool     // whether hits have their names: it costs to bring what a list shows from elsewhere
}

// Hit is one document found.
type Hit struct {
	ID      string
	Name    string // "" where the query doesn't ask for names
	Version int64
}

// Page is one page of hits.
type Page struct {
	Hits []Hit
	// Total are the documents that match, on whatever page. Those in TierTypo
	// count where nothing matches by its words or their beginnings; where they
	// don't, Similar is their number.
	Total, Similar int
	Next           string // cursor of the next page; "" on the last
}

// Tiers counts documents by their tier.
type Tiers [TierPart + 1]int

// Total returns Page.Total and Page.Similar of a query with so many matches.
func (t Tiers) Total() (total, similar int) {
	found := t[TierExact] + t[TierPrefix]
	if found == 0 {
		return t[TierTypo] + t[TierPart], 0
	}
	return found + t[TierPart], t[TierTypo]
}

// Tag is a tag of an owner's documents.
type Tag struct {
	Name  string // as most of them write it
	Count int    // of documents
}

// Lister says what an index has, to whoever compares it with something else.
type Lister interface {
	// Documents returns what the index has of an owner's documents with these
	// ids, tombstones too, in no order: with the tags as TagKeys gives them.
	Documents(ctx context.Context, owner string, ids []string) ([]Document, error)

	// Keys returns up to limit keys of documents and tombstones behind one, in
	// an order of the index's own: of one owner, or of all for "". The first are
	// behind the zero Key; fewer than limit are the last. What comes or goes
	// meanwhile may be among them or not.
	Keys(ctx context.Context, owner string, after Key, limit int) ([]Key, error)
}

// Generations takes one generation of an index for another.
type Generations interface {
	// Lost reports that there is no serving generation where this index reads
	// and writes: it was deleted, or never made. A rebuild makes it.
	Lost(ctx context.Context) (bool, error)

	// Outdated reports that the serving generation was laid out by an older
	// version of this program: until it is rebuilt, whatever reads or writes
	// words returns ErrOutdated.
	Outdated(ctx context.Context) (bool, error)

	// Rebuild starts a second, empty generation beside the one that serves.
	// It returns ErrRebuilding if there is one already.
	Rebuild(ctx context.Context) (Rebuild, error)

	// Old begins to bring back the generation that the last commit replaced: it
	// is kept, and written to no more. Whoever applies what came since the time
	// has made it as new as the serving one; its Commit makes it serve, and
	// keeps the other as the old one. Abort leaves it the old one. It returns
	// ErrNoOld if there is none, ErrOutdated if another version of this program
	// laid it out, and ErrRebuilding as Rebuild does.
	Old(ctx context.Context) (old Rebuild, since time.Time, err error)

	// DropOld removes the old generation, and reports whether there was one. It
	// returns ErrRebuilding while that is being brought back.
	DropOld(ctx context.Context) (bool, error)
}

// Index is an index that serves searches while it is written to. All methods
// are safe for concurrent use.
type Index interface {
	// Apply takes documents in any order and any number of times. Of two
	// versions of a document the newer one stays; an equal one changes nothing,
	// unless it says Again.
	// When Apply returns nil the documents are durable and visible to Search.
	// It returns ErrBadDocument, and applies nothing, if a document can't be
	// indexed.
	Apply(ctx context.Context, docs []Document) error

	// Search returns one page. It returns ErrBadCursor for a cursor that was
	// not given out for this owner, text and tags. A cursor stays good while
	// documents come and go: no document that stays is skipped or repeated.
	Search(ctx context.Context, query Query) (Page, error)

	// Tags returns the tags of an owner's documents, those of most documents
	// first, then by name: two that fold to the same key are one.
	Tags(ctx context.Context, owner string) ([]Tag, error)

	// Version returns the version of a document that searches see, the
	// tombstone's for a deleted one, and 0 for one never indexed. It returns
	// ErrUnavailable where no generation serves.
	Version(ctx context.Context, owner, id string) (int64, error)

	// What it lists is what Search sees.
	Lister

	// Erase drops every document and tombstone of an owner, in the serving
	// index, in a rebuild under way and in the old generation, and returns how
	// many the serving index had.
	Erase(ctx context.Context, owner string) (int, error)

	// Fresh reports that the index held nothing when it was opened: whoever
	// fills it has to start from the beginning. A committed rebuild ends it.
	Fresh(ctx context.Context) (bool, error)

	// Ready returns nil when the engine answers.
	Ready(ctx context.Context) error

	Generations

	// Close waits for searches under way and aborts a rebuild under way.
	Close() error
}

// Rebuild is a generation that is being filled and doesn't serve yet.
type Rebuild interface {
	// Apply is Index.Apply on the new generation.
	Apply(ctx context.Context, docs []Document) error

	// What it lists is what was applied.
	Lister

	// Count returns the documents of the new generation, tombstones not counted.
	Count(ctx context.Context) (int, error)

	// Prepare does in advance what Commit would have to do for what was applied
	// so far, while nobody waits. It may be left out, and more may be applied
	// afterwards.
	Prepare(ctx context.Context) error

	// Commit makes the new generation the serving one, once and durably.
	// Searches under way finish on the one before; none fails. What only that
	// has is found no more. It is kept as the old generation, in the place of an
	// older one, until the next commit or Index.DropOld.
	Commit(ctx context.Context) error

	// Abort drops the new generation. It does nothing after Commit or Abort.
	Abort(ctx context.Context) error
}
