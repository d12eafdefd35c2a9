// Package searchindex defines an index of named things that belong to owners: found by the words of
// their names, listed in the order of their names, and visible only to their owner.
//
// The package holds the interface, the rules of ranking and paging that every implementation
// follows, and Select, which applies those rules to documents in memory. Package searchindextest is
// the suite for implementations.
//
// # Ranking
//
// A document matches a query when every query word matches some word of its name. A document is in
// [TierExact] when every query word is a word of the name, in [TierPrefix] when every query word is
// a word or the beginning of one, in [TierTypo] when some query word only resembles a word of the
// name or its beginning, and in [TierPart] when some query word only begins the second part of a
// compound (see [MatchWord], and [Terms] for a query's words). A better tier always comes first.
// Within a tier documents are ordered by the folded name, then by id. A query without words matches
// everything, in that same order.
//
// The rules are ported to the app, which searches offline: both pass the table in
// searchindextest/cases.json.
package searchindex

import (
	"context"
	"errors"
	"time"
)

// DefaultLimit is the number of hits on a page when a query asks for none.
const DefaultLimit = 50

// ErrBadCursor reports a cursor that no index issued for this query.
var ErrBadCursor = errors.New("searchindex: bad cursor")

// ErrBadDocument reports a document that can never be indexed, however often it is retried.
var ErrBadDocument = errors.New("searchindex: bad document")

// ErrRebuilding reports that a rebuild of this index is already in progress.
var ErrRebuilding = errors.New("searchindex: a rebuild is already under way")

// ErrNoOld reports that no old generation is kept.
var ErrNoOld = errors.New("searchindex: there is no old generation")

// ErrClosed reports the use of an index after Close, or of a rebuild after Commit or Abort.
var ErrClosed = errors.New("searchindex: closed")

// ErrUnavailable reports an unreachable engine; the same call may work later.
var ErrUnavailable = errors.New("searchindex: unavailable")

// ErrOutdated reports an index laid out by another version of this program. It has to be rebuilt;
// if that version is newer, by that one.
var ErrOutdated = errors.New("searchindex: outdated")

// ErrLost reports an index that has disappeared, for example one deleted from outside. Until it is
// rebuilt, nothing can be written, and searches have to go elsewhere.
var ErrLost = errors.New("searchindex: lost")

// Document is one named thing as it is after a change. An id is unique within
// its owner only.
type Document struct {
	ID      string
	Owner   string
	Name    string
	Tags    []string
	Foods   []string // keys of package food: what its ingredients are
	Minutes int      // from start to finish; 0 if unknown
	Created time.Time
	Updated time.Time

	Favourite bool
	Rating    int // stars; 0 if there are none

	Version int64 // from 1; a newer version of the same document wins
	Deleted bool  // leaves a tombstone with the version, so that late changes are ignored
	Again   bool  // also replaces an equal version; not stored
}

// Key names one document.
type Key struct{ Owner, ID string }

// Newer reports whether the document replaces the version that the index has.
func (d Document) Newer(has int64) bool {
	return d.Version > has || d.Again && d.Version == has
}

// Query asks for one page of an owner's documents.
type Query struct {
	Owner      string
	Text       string   // words of the name; a text without words matches everything
	Tags       []string // only documents with all of these; blank ones are ignored
	With       []string // only documents with all of these foods, by key; see FoodTerms
	Without    []string // only documents with none of these foods
	MaxMinutes int      // only documents known to take no longer; 0 for any
	Favourite  bool     // only favourites
	Order      Order
	Limit      int    // hits on the page; DefaultLimit if not positive
	Cursor     string // the previous page's Page.Next; "" for the first
	Cost       Cost   // its limits
	Names      bool   // return hits with their names: it costs extra if lists get them elsewhere
}

// Hit is one document found.
type Hit struct {
	ID      string
	Name    string // "" unless the query sets Names
	Version int64
}

// Page is one page of hits.
type Page struct {
	Hits []Hit
	// Total counts matching documents on all pages. It includes those in TierTypo only if nothing
	// matches by words or their beginnings; otherwise Similar counts them.
	Total, Similar int
	Next           string // cursor of the next page; "" on the last
}

// Tiers counts documents by their tier.
type Tiers [TierPart + 1]int

// Total returns Page.Total and Page.Similar for these counts.
func (t Tiers) Total() (total, similar int) {
	found := t[TierExact] + t[TierPrefix]
	if found == 0 {
		return t[TierTypo] + t[TierPart], 0
	}
	return found + t[TierPart], t[TierTypo]
}

// Tag is a tag of an owner's documents.
type Tag struct {
	Name  string // the most common spelling
	Count int    // of documents
}

// Lister lists an index's contents, for comparison with another source.
type Lister interface {
	// Documents returns the index's versions of an owner's documents with these ids, including
	// tombstones, unordered; tags are as returned by TagKeys.
	Documents(ctx context.Context, owner string, ids []string) ([]Document, error)

	// Keys returns up to limit keys of documents and tombstones after a given one, in the index's
	// own order: one owner's, or all for "". Begin with the zero Key; fewer than limit keys are the
	// last. Concurrent changes may or may not be included.
	Keys(ctx context.Context, owner string, after Key, limit int) ([]Key, error)
}

// Counter counts what an owner's documents have.
type Counter interface {
	// Tags returns the tags of an owner's documents, most frequent first, then by name: tags that
	// fold to the same key are one.
	Tags(ctx context.Context, owner string) ([]Tag, error)

	// Foods returns the foods of an owner's documents that begin with a folded prefix, as FoodTerms
	// gives them, most frequent first, then by name, and at most limit of them.
	Foods(ctx context.Context, owner, prefix string, limit int) ([]Tag, error)
}

// Generations replaces one generation of an index by another.
type Generations interface {
	// Lost reports that the serving generation is missing where this index reads and writes: it was
	// deleted, or never created. A rebuild creates it.
	Lost(ctx context.Context) (bool, error)

	// Outdated reports that the serving generation was laid out by an older version of this
	// program: until it is rebuilt, calls that read or write words return ErrOutdated.
	Outdated(ctx context.Context) (bool, error)

	// Rebuild starts a second, empty generation beside the serving one. It returns ErrRebuilding if
	// there is one already.
	Rebuild(ctx context.Context) (Rebuild, error)

	// Old begins to restore the generation replaced by the last commit, which is kept but no longer
	// written to. Applying everything since the given time makes it as new as the serving one;
	// Commit then makes it serve, and keeps the other as the old one. Abort leaves it the old one.
	// Old returns ErrNoOld if there is none, ErrOutdated if another version of this program laid it
	// out, and ErrRebuilding as Rebuild does.
	Old(ctx context.Context) (old Rebuild, since time.Time, err error)

	// DropOld removes the old generation, and reports whether there was one. It returns
	// ErrRebuilding while that is being restored.
	DropOld(ctx context.Context) (bool, error)
}

// Index serves searches while it is written to. All methods are safe for concurrent use.
type Index interface {
	// Apply accepts documents in any order and any number of times. The newer of two versions of a
	// document stays; an equal one changes nothing, unless it sets Again. When Apply returns nil
	// the documents are durable and visible to Search. It returns ErrBadDocument, and applies
	// nothing, if a document can't be indexed.
	Apply(ctx context.Context, docs []Document) error

	// Search returns one page. It returns ErrBadCursor for a cursor that wasn't issued for this
	// owner, text, filter and order. A cursor stays valid while documents come and go: no remaining document
	// is skipped or repeated.
	Search(ctx context.Context, query Query) (Page, error)

	// What it counts is what Search sees.
	Counter

	// Version returns the version of a document that searches see, the tombstone's for a deleted
	// one, and 0 for one never indexed. It returns ErrUnavailable if no generation serves.
	Version(ctx context.Context, owner, id string) (int64, error)

	// What it lists is what Search sees.
	Lister

	// Erase removes all documents and tombstones of an owner, from the serving index, a rebuild in
	// progress and the old generation, and returns how many the serving index had.
	Erase(ctx context.Context, owner string) (int, error)

	// Fresh reports that the index was empty when opened: whoever fills it has to start from the
	// beginning. A committed rebuild ends it.
	Fresh(ctx context.Context) (bool, error)

	// Ready returns nil when the engine answers.
	Ready(ctx context.Context) error

	Generations

	// Close waits for searches in progress and aborts a rebuild in progress.
	Close() error
}

// Rebuild is a generation that is being filled and doesn't serve yet.
type Rebuild interface {
	// Apply is Index.Apply on the new generation.
	Apply(ctx context.Context, docs []Document) error

	// What it lists is what was applied.
	Lister

	// Count returns the number of documents in the new generation, excluding tombstones.
	Count(ctx context.Context) (int, error)

	// Prepare does Commit's work for what was applied so far, while nobody waits. It is optional,
	// and more may be applied afterwards.
	Prepare(ctx context.Context) error

	// Commit makes the new generation the serving one, once and durably. Searches in progress
	// finish on the previous one; none fails. Documents only in that one are no longer found. It is
	// kept as the old generation, replacing an older one, until the next commit or Index.DropOld.
	Commit(ctx context.Context) error

	// Abort drops the new generation. It does nothing after Commit or Abort.
	Abort(ctx context.Context) error
}
