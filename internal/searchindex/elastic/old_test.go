package elastic_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/elastic"
)

// Erasing an owner from an index also erases them from its point-in-time copies.
func TestEraseReachesThePast(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	index, past := open(t, alias, 1), open(t, elastic.AsOfAlias(alias, "before"), 1)
	docs := []searchindex.Document{
		{ID: "1", Owner: "ada", Name: "Pie", Version: 1}, {ID: "1", Owner: "ben", Name: "Pie", Version: 1},
	}
	require.NoError(t, index.Apply(t.Context(), docs))
	require.NoError(t, past.Apply(t.Context(), docs))
	erased, err := index.Erase(t.Context(), "ada")
	require.NoError(t, err)
	require.Equal(t, 1, erased, "of the index that serves")
	keys, err := past.Keys(t.Context(), "", searchindex.Key{}, 10)
	require.NoError(t, err)
	require.Equal(t, []searchindex.Key{{Owner: "ben", ID: "1"}}, keys)
}

// This version doesn't restore a generation laid out by an earlier one.
func TestOldOfAnotherLayout(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	open(t, alias, 1) // drops it
	older, err := elastic.OpenAs(options(t, alias, 1), elastic.Layout-1)
	require.NoError(t, err)
	require.NoError(t, older.Apply(t.Context(), []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}))
	require.NoError(t, older.Close())
	newer, err := elastic.Open(options(t, alias, 1))
	require.NoError(t, err)
	next, err := newer.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Commit(t.Context()))
	_, _, err = newer.Old(t.Context())
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	// The earlier program restores it, though the serving one is newer than it knows.
	again, err := elastic.OpenAs(options(t, alias, 1), elastic.Layout-1)
	require.NoError(t, err)
	old, _, err := again.Old(t.Context())
	require.NoError(t, err)
	require.NoError(t, old.Commit(t.Context()))
	page, err := again.Search(t.Context(), searchindex.Query{Owner: "ada", Text: "pie"})
	require.NoError(t, err)
	require.Len(t, page.Hits, 1)
	require.NoError(t, again.Close())
	require.NoError(t, newer.Close())
}
