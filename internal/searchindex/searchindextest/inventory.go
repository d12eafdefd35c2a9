//nolint:thelper // as in suite.go
package searchindextest

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// A document with Again replaces an equal version, tombstone or not, and never a newer one.
func testAgain(t *testing.T, index searchindex.Index) {
	wrong := doc("1", "Wrong Pie", "wrong")
	wrong.Version = 2
	apply(t, index, wrong)
	right := doc("1", "Right Pie", "right")
	right.Version = 2
	apply(t, index, right)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "wrong"}, "1")
	right.Again = true
	older := doc("1", "Old Pie")
	older.Again = true
	apply(t, index, older, right, older)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "wrong"})
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"wrong"}})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "right", Tags: []string{"right"}}, "1")
	apply(t, index, older)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "right"}, "1")

	gone := searchindex.Document{ID: "1", Owner: ada, Version: 2, Deleted: true, Again: true}
	apply(t, index, gone)
	requireFound(t, index, searchindex.Query{Owner: ada})
	apply(t, index, right)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "right"}, "1")
	// Again isn't stored: later changes must set it themselves.
	wrong.Again = false
	apply(t, index, wrong)
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "right"}, "1")
}

// An inventory lists everything written, including tombstones, page by page, and nobody else's.
func testInventory(t *testing.T, index searchindex.Index) {
	var want []searchindex.Document
	for i := range 25 {
		d := with(doc(strconv.Itoa(i), "Pie "+strconv.Itoa(i), "Tag "+strconv.Itoa(i), "both"), "leek", "olive oil")
		d.Favourite, d.Rating = i%2 == 0, i%6
		d.Minutes, d.Created, d.Updated = i, time.Date(2026, 1, 1, i, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, i, 0, 0, 1000, time.UTC)
		if i%5 == 0 {
			d = searchindex.Document{ID: d.ID, Owner: ada, Version: 3, Deleted: true}
		}
		apply(t, index, doc(d.ID, "Before"), d) // with an older version of it
		d.Version = max(d.Version, 2)
		if !d.Deleted {
			apply(t, index, d)
			d.Tags = searchindex.TagKeys(d.Tags)
		}
		want = append(want, d)
	}
	other := doc("1", "Bob's")
	other.Owner = bob
	apply(t, index, other)

	var ids []string
	for after := (searchindex.Key{}); ; {
		page, err := index.Keys(t.Context(), ada, after, 7)
		require.NoError(t, err)
		for _, key := range page {
			require.Equal(t, ada, key.Owner)
			ids = append(ids, key.ID)
		}
		if len(page) < 7 {
			break
		}
		after = page[len(page)-1]
	}
	docs, err := index.Documents(t.Context(), ada, append(slices.Clone(ids), "nobody's"))
	require.NoError(t, err)
	require.ElementsMatch(t, want, docs)

	all, err := index.Keys(t.Context(), "", searchindex.Key{}, 100)
	require.NoError(t, err)
	require.Len(t, all, 26)
	require.Contains(t, all, searchindex.Key{Owner: bob, ID: "1"})
	none, err := index.Keys(t.Context(), "carol", searchindex.Key{}, 100)
	require.NoError(t, err)
	require.Empty(t, none)
	docs, err = index.Documents(t.Context(), "carol", ids)
	require.NoError(t, err)
	require.Empty(t, docs)
}
