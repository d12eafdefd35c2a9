//nolint:thelper // as in suite.go
package searchindextest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// rebuildWith commits a new generation with these documents.
func rebuildWith(t *testing.T, index searchindex.Index, docs ...searchindex.Document) {
	t.Helper()
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), docs))
	require.NoError(t, next.Commit(t.Context()))
}

// A rebuild lists what was applied to it before it serves.
func testRebuildLister(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Old"), doc("2", "Only old"))
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	pie := doc("1", "Pie", "Sweet")
	gone := searchindex.Document{ID: "3", Owner: ada, Version: 2, Deleted: true}
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{pie, gone, {ID: "1", Owner: bob, Name: "Pie", Version: 1}}))
	docs, err := next.Documents(t.Context(), ada, []string{"1", "2", "3"})
	require.NoError(t, err)
	pie.Tags = searchindex.TagKeys(pie.Tags)
	require.ElementsMatch(t, []searchindex.Document{pie, gone}, docs)
	keys, err := next.Keys(t.Context(), "", searchindex.Key{}, 10)
	require.NoError(t, err)
	require.ElementsMatch(t, []searchindex.Key{{Owner: ada, ID: "1"}, {Owner: ada, ID: "3"}, {Owner: bob, ID: "1"}}, keys)
	keys, err = next.Keys(t.Context(), ada, searchindex.Key{}, 10)
	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.NoError(t, next.Abort(t.Context()))
	_, err = next.Documents(t.Context(), ada, []string{"1"})
	require.ErrorIs(t, err, searchindex.ErrClosed)
	_, err = next.Keys(t.Context(), "", searchindex.Key{}, 10)
	require.ErrorIs(t, err, searchindex.ErrClosed)
}

// The generation replaced by a commit is restored with what it missed, and the other becomes the
// old one.
func testOld(t *testing.T, index searchindex.Index) {
	_, _, err := index.Old(t.Context())
	require.ErrorIs(t, err, searchindex.ErrNoOld)
	before := time.Now().Add(time.Minute) // a server's clock isn't ours
	apply(t, index, doc("1", "First"))
	rebuildWith(t, index, doc("1", "Second"))
	later := doc("2", "Later")
	apply(t, index, later)

	old, since, err := index.Old(t.Context())
	require.NoError(t, err)
	require.True(t, since.Before(before))
	_, _, err = index.Old(t.Context())
	require.ErrorIs(t, err, searchindex.ErrRebuilding)
	_, err = index.Rebuild(t.Context())
	require.ErrorIs(t, err, searchindex.ErrRebuilding)
	require.NoError(t, old.Abort(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")

	old, _, err = index.Old(t.Context())
	require.NoError(t, err)
	require.NoError(t, old.Apply(t.Context(), []searchindex.Document{later}))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")
	require.NoError(t, old.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "first"}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "later"}, "2")
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"})
	apply(t, index, doc("3", "Live again"))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "live"}, "3")

	// And back again.
	old, _, err = index.Old(t.Context())
	require.NoError(t, err)
	require.NoError(t, old.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")
}

// One old generation is kept: the next commit's replaces it, and it can be dropped, but not while
// it is being restored.
func testDropOld(t *testing.T, index searchindex.Index) {
	dropped, err := index.DropOld(t.Context())
	require.NoError(t, err)
	require.False(t, dropped)
	apply(t, index, doc("1", "First"))
	rebuildWith(t, index, doc("1", "Second"))
	rebuildWith(t, index, doc("1", "Third"))
	old, _, err := index.Old(t.Context())
	require.NoError(t, err)
	_, err = index.DropOld(t.Context())
	require.ErrorIs(t, err, searchindex.ErrRebuilding)
	require.NoError(t, old.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")
	dropped, err = index.DropOld(t.Context())
	require.NoError(t, err)
	require.True(t, dropped)
	_, _, err = index.Old(t.Context())
	require.ErrorIs(t, err, searchindex.ErrNoOld)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "second"}, "1")
}

// An erased owner is gone from the old generation too.
func testOldErase(t *testing.T, index searchindex.Index) {
	apply(t, index, doc("1", "Pie"), searchindex.Document{ID: "1", Owner: bob, Name: "Pie", Version: 1})
	rebuildWith(t, index, doc("1", "Pie"), searchindex.Document{ID: "1", Owner: bob, Name: "Pie", Version: 1})
	erased, err := index.Erase(t.Context(), ada)
	require.NoError(t, err)
	require.Equal(t, 1, erased)
	old, _, err := index.Old(t.Context())
	require.NoError(t, err)
	keys, err := old.Keys(t.Context(), "", searchindex.Key{}, 10)
	require.NoError(t, err)
	require.Equal(t, []searchindex.Key{{Owner: bob, ID: "1"}}, keys)
	require.NoError(t, old.Commit(t.Context()))
	requireFound(t, index, searchindex.Query{Owner: ada})
	requireFound(t, index, searchindex.Query{Owner: bob}, "1")
}
