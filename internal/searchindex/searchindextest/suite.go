//nolint:thelper // The parts of a suite are tests; a failure has to point into them.
package searchindextest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// Run runs the suite. Open returns a new, empty index, and closes it at the end of t.
func Run(t *testing.T, open func(t *testing.T) searchindex.Index) {
	t.Helper()
	for _, part := range []struct {
		name string
		test func(*testing.T, searchindex.Index)
	}{
		{"an empty index answers", testEmpty},
		{"tiers", testTiers},
		{"table of cases", testCases},
		{"many words that resemble one", testManyTypos},
		{"folding", testFolding},
		{"order of a listing", testListing},
		{"tags", testTags},
		{"several tags", testSeveralTags},
		{"tags counted", testTagsCounted},
		{"foods", testFoods},
		{"foods counted", testFoodsCounted},
		{"minutes", testMinutes},
		{"favourites", testFavourites},
		{"orders", testOrders},
		{"owners are apart", testOwners},
		{"newer version wins", testVersions},
		{"a tombstone stays", testTombstone},
		{"again", testAgain},
		{"inventory", testInventory},
		{"one batch with several versions", testBatch},
		{"bad documents", testBadDocuments},
		{"bad cursors", testBadCursors},
		{"pages", testPages},
		{"pages while documents come and go", testPagesUnderChange},
		{"erase", testErase},
		{"rebuild", testRebuild},
		{"rebuild prepared", testRebuildPrepared},
		{"rebuild aborted", testRebuildAborted},
		{"rebuild and erase", testRebuildErase},
		{"what a rebuild has", testRebuildLister},
		{"back to the old one", testOld},
		{"the old one is dropped", testDropOld},
		{"the old one and erase", testOldErase},
		{"searches during a rebuild", testSearchesDuringRebuild},
		{"concurrent writers", testConcurrentWriters},
		{"any history", testAnyHistory},
		{"closed", testClosed},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t))
		})
	}
}

const ada, bob = "ada", "bob"

func doc(id, name string, tags ...string) searchindex.Document {
	return searchindex.Document{ID: id, Owner: ada, Name: name, Tags: tags, Version: 1}
}

func apply(t *testing.T, index searchindex.Index, docs ...searchindex.Document) {
	t.Helper()
	require.NoError(t, index.Apply(t.Context(), docs))
}

func search(t *testing.T, index searchindex.Index, query searchindex.Query) searchindex.Page {
	t.Helper()
	query.Names = true
	page, err := index.Search(t.Context(), query)
	require.NoError(t, err)
	return page
}

func ids(hits []searchindex.Hit) []string {
	ids := make([]string, 0, len(hits))
	for _, hit := range hits {
		ids = append(ids, hit.ID)
	}
	return ids
}

// requireFound checks the ids of a query that fits on one page.
func requireFound(t *testing.T, index searchindex.Index, query searchindex.Query, want ...string) {
	t.Helper()
	page := search(t, index, query)
	require.Equal(t, append([]string{}, want...), ids(page.Hits), "hits of %+v", query)
	require.Equal(t, len(want), page.Total+page.Similar, "total of %+v", query)
	require.Empty(t, page.Next, "next of %+v", query)
}

func requireVersion(t *testing.T, index searchindex.Index, id string, want int64) {
	t.Helper()
	version, err := index.Version(t.Context(), ada, id)
	require.NoError(t, err)
	require.Equal(t, want, version, "version of %s", id)
}

func requireFresh(t *testing.T, index searchindex.Index, want bool) {
	t.Helper()
	fresh, err := index.Fresh(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, fresh)
}

// walk follows the cursors to the end, as a client does.
func walk(t *testing.T, index searchindex.Index, query searchindex.Query) []searchindex.Hit {
	t.Helper()
	var hits []searchindex.Hit
	for {
		page := search(t, index, query)
		hits = append(hits, page.Hits...)
		if page.Next == "" {
			return hits
		}
		require.Len(t, page.Hits, query.Limit, "only the last page may be short")
		query.Cursor = page.Next
	}
}

// A new index is empty, says so, and returns no errors.
func testEmpty(t *testing.T, index searchindex.Index) {
	requireFresh(t, index, true)
	require.NoError(t, index.Ready(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pie"})
	requireVersion(t, index, "1", 0)
	erased, err := index.Erase(t.Context(), ada)
	require.NoError(t, err)
	require.Zero(t, erased)
	apply(t, index)
}

// An exact word precedes a beginning, a beginning precedes a typo, and every query word has to
// match, anywhere.
func testTiers(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("typo", "A pok bun"),
		doc("prefix", "Braised porkchops"),
		doc("exact", "Zesty pulled pork"),
		doc("pink", "Pink lemonade"),
		doc("both", "Pork with apples"),
	)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pork"}, "both", "exact", "prefix", "typo")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "apples pork"}, "both")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "appl pork"}, "both")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "aples prok"}, "both")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pork pork"}, "both", "exact", "prefix", "typo")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "p"}, "typo", "prefix", "pink", "both", "exact")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pn"})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pork tofu"})
}

// All words similar to the query's count, however many: engines tend to stop at the fifty best.
func testManyTypos(t *testing.T, index searchindex.Index) {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	var docs []searchindex.Document
	for i, letter := range letters {
		for at, name := range []string{"p%ctato", "po%cato", "pot%cto", "pota%co"} {
			docs = append(docs, doc(fmt.Sprintf("%d-%02d", at, i), fmt.Sprintf(name, letter)))
		}
	}
	apply(t, index, docs...)
	page := search(t, index, searchindex.Query{Owner: ada, Text: "potato", Limit: 200})
	require.Equal(t, len(docs), page.Total+page.Similar)
	require.Len(t, page.Hits, len(docs))
}

// Queries fold like names.
func testFolding(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("1", "Crème Brûlée"),
		doc("2", "Süßkartoffel-Suppe"),
		doc("3", "Soupe à l’oignon"),
		doc("4", "豆腐ステーキ"),
		doc("5", "Grandma’s 🍕"),
	)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "BRULEE creme"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "brûl"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "susskartoffel"}, "2")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "SÜẞKARTOFFELSUPPE"}, "2")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "oignon"}, "3")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "豆腐"}, "4")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "grandmas"}, "5")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "🍕"}, "5")
}

// A listing has every document, ordered by folded name, then id.
func testListing(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("5", "zander"), doc("4", "Äpfel"), doc("3", "apfelkuchen"),
		doc("2", "Zander"), doc("1", "!"), doc("0", "Éclair"), doc("6", "?!"),
	)
	want := []string{"1", "6", "4", "3", "0", "2", "5"}
	requireFound(t, index, searchindex.Query{Owner: ada}, want...)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: " \t?! "}, want...)
	page := search(t, index, searchindex.Query{Owner: ada, Limit: 1})
	require.Equal(t, []searchindex.Hit{{ID: "1", Name: "!", Version: 1}}, page.Hits)
	nameless, err := index.Search(t.Context(), searchindex.Query{Owner: ada, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []searchindex.Hit{{ID: "1", Version: 1}}, nameless.Hits, "names come where they are asked for")
}

// A tag narrows every query, folded and as a whole.
func testTags(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("1", "Apple pie", "Süß", "Gluten-Free"),
		doc("2", "Meat pie", "gluten free", "GLUTEN FREE"),
		doc("3", "Pies", "sweet", "❤", "***"),
		doc("4", "Pie"),
	)
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"gluten free"}}, "1", "2")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"SÜSS"}}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"gluten"}})
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"***"}}, "3")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"❤"}}, "3")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"gluten-free"}, Text: "pie apple"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet"}, Text: "pie"}, "3")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{" "}}, "1", "2", "4", "3")

	changed := doc("1", "Apple pie", "sweet")
	changed.Version = 2
	apply(t, index, changed)
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"gluten free"}}, "2")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet"}}, "1", "3")
}

// One owner's queries see nothing of another's, even with the same ids or a common prefix of the
// owners' names.
func testOwners(t *testing.T, index searchindex.Index) {
	for i, owner := range []string{ada, bob, "adam", "a"} {
		apply(t, index, searchindex.Document{
			ID: "1", Owner: owner, Name: "Pie of " + owner, Tags: []string{"sweet"}, Version: int64(i + 1),
		})
	}
	for i, owner := range []string{ada, bob, "adam", "a"} {
		want := []searchindex.Hit{{ID: "1", Name: "Pie of " + owner, Version: int64(i + 1)}}
		for _, query := range []searchindex.Query{
			{Owner: owner},
			{Owner: owner, Text: "pie"},
			{Owner: owner, Text: "pi"},
			{Owner: owner, Tags: []string{"sweet"}},
		} {
			page := search(t, index, query)
			require.Equal(t, want, page.Hits, "%+v", query)
			require.Equal(t, 1, page.Total, "%+v", query)
		}
	}
	requireFound(t, index, searchindex.Query{Owner: ""})
	requireFound(t, index, searchindex.Query{Owner: "ad"})
	requireFound(t, index, searchindex.Query{Owner: "ada\x00pie of ada"})
}

// Events arrive twice and out of order; the newest state stays.
func testVersions(t *testing.T, index searchindex.Index) {
	third := searchindex.Document{ID: "1", Owner: ada, Name: "Third", Version: 3}
	apply(t, index, third)
	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "Second", Version: 2})
	apply(t, index, third)
	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "Other third", Version: 3})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "third"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "other"})
	requireVersion(t, index, "1", 3)

	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "Fourth", Version: 4})
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "third"})
	requireVersion(t, index, "1", 4)
}

// A late change doesn't bring a deleted document back; a newer one does.
func testTombstone(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Pie", "sweet"))
	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "Pie", Tags: []string{"sweet"}, Version: 3, Deleted: true})
	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "Late pie", Version: 2})
	requireFound(t, index, searchindex.Query{Owner: ada})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pie"})
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet"}})
	requireVersion(t, index, "1", 3)

	apply(t, index, searchindex.Document{ID: "1", Owner: ada, Name: "New pie", Version: 4})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pie"}, "1")
}

// One call may contain a whole history, in any order.
func testBatch(t *testing.T, index searchindex.Index) {
	apply(t, index,
		searchindex.Document{ID: "1", Owner: ada, Name: "Second", Version: 2},
		searchindex.Document{ID: "1", Owner: ada, Name: "First", Version: 1},
		searchindex.Document{ID: "2", Owner: ada, Name: "Gone", Version: 2, Deleted: true},
		searchindex.Document{ID: "2", Owner: ada, Name: "There", Version: 1},
		searchindex.Document{ID: "1", Owner: bob, Name: "First", Version: 1},
	)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
	requireFound(t, index, searchindex.Query{Owner: bob}, "1")
}

// A document that can never be indexed is distinguished from a transient failure, and nothing of
// its batch is applied.
func testBadDocuments(t *testing.T, index searchindex.Index) {
	for name, bad := range map[string]searchindex.Document{
		"no id":             {Owner: ada, Version: 1},
		"no owner":          {ID: "1", Version: 1},
		"no version":        {ID: "1", Owner: ada},
		"separator in id":   {ID: "1\x00", Owner: ada, Version: 1},
		"separator in name": {ID: "1", Owner: "a\x00da", Version: 1},
		"invalid UTF-8":     {ID: "\xff", Owner: ada, Version: 1},
	} {
		err := index.Apply(t.Context(), []searchindex.Document{doc("good", "Good"), bad})
		require.ErrorIs(t, err, searchindex.ErrBadDocument, name)
	}
	requireFound(t, index, searchindex.Query{Owner: ada})

	apply(t, index, doc("1", "\x00\xff\n", "\x00", "\xff", ""))
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
}

// A cursor that wasn't issued by an index, or was issued for another query, is refused.
func testBadCursors(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Pie"), doc("2", "Pie"))
	cursor := search(t, index, searchindex.Query{Owner: ada, Text: "pie", Limit: 1}).Next
	require.NotEmpty(t, cursor)
	for _, query := range []searchindex.Query{
		{Owner: ada, Cursor: "nonsense"},
		{Owner: ada, Cursor: "!"},
		{Owner: ada, Cursor: cursor},
		{Owner: bob, Text: "pie", Cursor: cursor},
		{Owner: ada, Text: "pie", Cursor: cursor[:len(cursor)/2]},
	} {
		_, err := index.Search(t.Context(), query)
		require.ErrorIs(t, err, searchindex.ErrBadCursor, "%+v", query)
	}
}

// Pages of any size add up to the whole result, and each says how many hits there are in total.
func testPages(t *testing.T, index searchindex.Index) {
	var docs []searchindex.Document
	for i := range 23 {
		docs = append(docs,
			doc(fmt.Sprintf("exact-%02d", i), fmt.Sprintf("Pork %d", i%5), "meat"),
			doc(fmt.Sprintf("prefix-%02d", i), fmt.Sprintf("Porkchop %d", i%3)),
			doc(fmt.Sprintf("typo-%02d", i), fmt.Sprintf("Prok %d", i%7), "meat"),
		)
	}
	apply(t, index, docs...)
	for _, query := range []searchindex.Query{
		{Owner: ada}, {Owner: ada, Tags: []string{"meat"}}, {Owner: ada, Text: "pork"}, {Owner: ada, Text: "pork", Tags: []string{"meat"}},
	} {
		query.Limit = 100
		whole := search(t, index, query)
		all := whole.Total + whole.Similar
		require.Len(t, whole.Hits, all)
		require.Empty(t, whole.Next)
		for _, query.Limit = range []int{1, 7, 23, all - 1, all, all + 1} {
			require.Equal(t, whole.Hits, walk(t, index, query), "%+v", query)
			page := search(t, index, query)
			require.Equal(t, whole.Total, page.Total)
			require.Equal(t, whole.Similar, page.Similar)
		}
	}
	require.Len(t, search(t, index, searchindex.Query{Owner: ada}).Hits, searchindex.DefaultLimit)
}

// Paging during writes returns each remaining document exactly once.
func testPagesUnderChange(t *testing.T, index searchindex.Index) {
	var docs []searchindex.Document
	for i := range 40 {
		docs = append(docs, doc(fmt.Sprintf("%02d", i), fmt.Sprintf("Pie %02d", i)))
	}
	apply(t, index, docs...)
	for _, text := range []string{"", "pie"} {
		query := searchindex.Query{Owner: ada, Text: text, Limit: 10}
		first := search(t, index, query)
		require.Equal(t, "09", first.Hits[9].ID)

		// One document is added before the cursor and one after it; the one at the cursor and one
		// after it are deleted.
		generation := int64(2)
		if text != "" {
			generation = 4
		}
		gone := func(id string) searchindex.Document {
			return searchindex.Document{ID: id, Owner: ada, Version: generation, Deleted: true}
		}
		apply(t, index, gone("09"), gone("20"),
			searchindex.Document{ID: "new-a", Owner: ada, Name: "Pie 00", Version: generation},
			searchindex.Document{ID: "new-z", Owner: ada, Name: "Pie 35", Version: generation})

		query.Cursor = first.Next
		rest := ids(walk(t, index, query))
		want := []string{}
		for i := 10; i < 40; i++ {
			if i != 20 {
				want = append(want, fmt.Sprintf("%02d", i))
			}
			if i == 35 {
				want = append(want, "new-z")
			}
		}
		require.Equal(t, want, rest)

		// Restore everything for the next text.
		back := func(id string) searchindex.Document {
			return searchindex.Document{ID: id, Owner: ada, Name: "Pie " + id, Version: generation + 1}
		}
		removed := func(id string) searchindex.Document {
			return searchindex.Document{ID: id, Owner: ada, Version: generation + 1, Deleted: true}
		}
		apply(t, index, back("09"), back("20"), removed("new-a"), removed("new-z"))
	}
}

// Erasing an owner leaves nothing of theirs, not even tombstones, and everything of everybody
// else's.
func testErase(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("1", "Pie"), doc("2", "Cake", "sweet"),
		searchindex.Document{ID: "3", Owner: ada, Version: 5, Deleted: true},
		searchindex.Document{ID: "1", Owner: bob, Name: "Pie", Version: 1},
		searchindex.Document{ID: "1", Owner: "adam", Name: "Pie", Version: 1},
	)
	erased, err := index.Erase(t.Context(), ada)
	require.NoError(t, err)
	require.Equal(t, 3, erased)
	requireFound(t, index, searchindex.Query{Owner: ada})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pie"})
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet"}})
	requireVersion(t, index, "1", 0)
	requireVersion(t, index, "3", 0)
	requireFound(t, index, searchindex.Query{Owner: bob}, "1")
	requireFound(t, index, searchindex.Query{Owner: "adam"}, "1")

	erased, err = index.Erase(t.Context(), ada)
	require.NoError(t, err)
	require.Zero(t, erased)
	apply(t, index, doc("3", "Back"))
	requireFound(t, index, searchindex.Query{Owner: ada}, "3")
}

// A rebuild is invisible before its commit, and all that is visible after it.
func testRebuild(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Old"), doc("2", "Only old"))
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	_, err = index.Rebuild(t.Context())
	require.ErrorIs(t, err, searchindex.ErrRebuilding)

	require.ErrorIs(t, next.Apply(t.Context(), []searchindex.Document{{}}), searchindex.ErrBadDocument)
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{
		doc("1", "New"),
		{ID: "3", Owner: bob, Name: "New", Version: 1},
		{ID: "4", Owner: ada, Version: 7, Deleted: true},
	}))
	count, err := next.Count(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, count)
	requireFound(t, index, searchindex.Query{Owner: ada}, "1", "2")
	requireVersion(t, index, "4", 0)
	apply(t, index, doc("5", "Live meanwhile"))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "live"}, "5")

	require.NoError(t, next.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "new"}, "1")
	requireVersion(t, index, "4", 7)
	requireFresh(t, index, false)

	require.ErrorIs(t, next.Commit(t.Context()), searchindex.ErrClosed)
	require.ErrorIs(t, next.Apply(t.Context(), nil), searchindex.ErrClosed)
	_, err = next.Count(t.Context())
	require.ErrorIs(t, err, searchindex.ErrClosed)
	require.NoError(t, next.Abort(t.Context()))
	apply(t, index, doc("6", "After"))
	requireFound(t, index, searchindex.Query{Owner: ada}, "6", "1")
}

// Prepared documents aren't visible yet, later ones become visible too, and an unprepared rebuild
// can also be aborted.
func testRebuildPrepared(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Old"))
	given, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, given.Prepare(t.Context()))
	require.NoError(t, given.Abort(t.Context()))
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{doc("2", "Before")}))
	require.NoError(t, next.Prepare(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{doc("3", "Behind")}))
	require.NoError(t, next.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada}, "2", "3")
	apply(t, index, doc("4", "Live"))
	requireFound(t, index, searchindex.Query{Owner: ada}, "2", "3", "4")
}

// An aborted rebuild changes nothing, and another can begin.
func testRebuildAborted(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Old"))
	for range 2 {
		next, err := index.Rebuild(t.Context())
		require.NoError(t, err)
		require.NoError(t, next.Apply(t.Context(), []searchindex.Document{doc("2", "New")}))
		require.NoError(t, next.Abort(t.Context()))
		require.NoError(t, next.Abort(t.Context()))
		require.ErrorIs(t, next.Commit(t.Context()), searchindex.ErrClosed)
	}
	requireFound(t, index, searchindex.Query{Owner: ada}, "1")
}

// An owner erased during a rebuild doesn't come back with it.
func testRebuildErase(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Pie"))
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{
		doc("1", "Pie"), doc("2", "Cake"), {ID: "1", Owner: bob, Name: "Pie", Version: 1},
	}))
	erased, err := index.Erase(t.Context(), ada)
	require.NoError(t, err)
	require.Equal(t, 1, erased)
	require.NoError(t, next.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada})
	requireFound(t, index, searchindex.Query{Owner: bob}, "1")
}

// No search fails or misses a document while generations replace each other repeatedly.
func testSearchesDuringRebuild(t *testing.T, index searchindex.Index) {
	docs := []searchindex.Document{doc("1", "Pie"), doc("2", "Pies"), doc("3", "Cake")}
	apply(t, index, docs...)
	ctx := t.Context()
	var done atomic.Bool
	var searchers sync.WaitGroup
	failures := make(chan string, 2)
	for _, query := range []searchindex.Query{{Owner: ada}, {Owner: ada, Text: "pie", Limit: 1}} {
		want := map[string]int{"": 3, "pie": 2}[query.Text]
		searchers.Go(func() {
			for !done.Load() {
				page, err := index.Search(ctx, query)
				if err != nil || page.Total != want {
					failures <- fmt.Sprintf("%+v: total %d, error %v", query, page.Total, err)
					return
				}
			}
		})
	}
	for range 5 {
		next, err := index.Rebuild(t.Context())
		require.NoError(t, err)
		require.NoError(t, next.Apply(t.Context(), docs))
		require.NoError(t, next.Commit(t.Context()))
	}
	done.Store(true)
	searchers.Wait()
	close(failures)
	for failure := range failures {
		t.Error(failure)
	}
}

// Lanes write to the same index concurrently; every document ends in its newest version.
func testConcurrentWriters(t *testing.T, index searchindex.Index) {
	var writers sync.WaitGroup
	errs := make([]error, 4)
	for w := range errs {
		writers.Go(func() {
			for version := range int64(5) {
				batch := []searchindex.Document{}
				for id := range 5 {
					batch = append(batch, searchindex.Document{
						ID: fmt.Sprint(id), Owner: ada, Name: fmt.Sprintf("Pie v%d", version*4+int64(w)+1), Version: version*4 + int64(w) + 1,
					})
				}
				if err := index.Apply(t.Context(), batch); err != nil {
					errs[w] = err
					return
				}
			}
		})
	}
	writers.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	page := search(t, index, searchindex.Query{Owner: ada})
	require.Equal(t, 5, page.Total)
	for _, hit := range page.Hits {
		require.Equal(t, "Pie v20", hit.Name)
		require.Equal(t, int64(20), hit.Version)
	}
}

// A closed index says that it is closed.
func testClosed(t *testing.T, index searchindex.Index) {
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, index.Close())
	require.NoError(t, index.Close())
	require.ErrorIs(t, index.Apply(t.Context(), nil), searchindex.ErrClosed)
	_, err = index.Search(t.Context(), searchindex.Query{Owner: ada})
	require.ErrorIs(t, err, searchindex.ErrClosed)
	_, err = index.Version(t.Context(), ada, "1")
	require.ErrorIs(t, err, searchindex.ErrClosed)
	_, err = index.Erase(t.Context(), ada)
	require.ErrorIs(t, err, searchindex.ErrClosed)
	_, err = index.Fresh(t.Context())
	require.ErrorIs(t, err, searchindex.ErrClosed)
	require.ErrorIs(t, index.Ready(t.Context()), searchindex.ErrClosed)
	_, err = index.Rebuild(t.Context())
	require.ErrorIs(t, err, searchindex.ErrClosed)
	require.ErrorIs(t, next.Commit(t.Context()), searchindex.ErrClosed)
	require.NoError(t, next.Abort(t.Context()))
}
