//nolint:thelper // The parts of a suite are tests; a failure has to point into them.
package searchindextest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// A document must have all of several tags, in any order, and paging works.
func testSeveralTags(t *testing.T, index searchindex.Index) {
	apply(t, index,
		doc("1", "Apple pie", "sweet", "baked", "quick"),
		doc("2", "Meat pie", "baked", "meat"),
		doc("3", "Pear pie", "Sweet", "Baked"),
		doc("4", "Ice", "sweet"),
		doc("5", "Plum pie", "sweet", "baked"),
	)
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet", "baked"}}, "1", "3", "5")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"BAKED", "", "sweet", "baked"}}, "1", "3", "5")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet", "baked", "quick"}}, "1")
	requireFound(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet", "meat"}})
	requireFound(t, index, searchindex.Query{Owner: ada, Text: "pear", Tags: []string{"sweet", "baked"}}, "3")
	requireFound(t, index, searchindex.Query{Owner: bob, Tags: []string{"sweet", "baked"}})
	hits := walk(t, index, searchindex.Query{Owner: ada, Tags: []string{"baked", "sweet"}, Limit: 1})
	require.Equal(t, []string{"1", "3", "5"}, ids(hits))

	first := search(t, index, searchindex.Query{Owner: ada, Tags: []string{"baked", "sweet"}, Limit: 1})
	again := search(t, index, searchindex.Query{Owner: ada, Tags: []string{"sweet", "baked"}, Limit: 1, Cursor: first.Next})
	require.Equal(t, []string{"3"}, ids(again.Hits), "the order of the tags doesn't matter")
	_, err := index.Search(t.Context(), searchindex.Query{Owner: ada, Tags: []string{"sweet"}, Limit: 1, Cursor: first.Next})
	require.ErrorIs(t, err, searchindex.ErrBadCursor)
}

// Each tag counts documents by key, under its most common spelling; nobody sees another owner's.
func testTagsCounted(t *testing.T, index searchindex.Index) {
	requireFresh(t, index, true)
	requireTags(t, index, ada)
	of := func(owner, id string, tags ...string) searchindex.Document {
		return searchindex.Document{ID: id, Owner: owner, Name: "Pie", Tags: tags, Version: 1}
	}
	apply(t, index,
		of(ada, "1", "Süß", "gluten free", "❤"),
		of(ada, "2", "Gluten-Free", "GLUTEN FREE", " "),
		of(ada, "3", "Gluten-Free", "süß"),
		of(ada, "4", "Süß", "apple"),
		of(bob, "1", "meat"),
		of("adam", "1", "bread"),
	)
	requireTags(t, index, ada, searchindex.Tag{Name: "Gluten-Free", Count: 3}, searchindex.Tag{Name: "Süß", Count: 3},
		searchindex.Tag{Name: "apple", Count: 1}, searchindex.Tag{Name: "❤", Count: 1})
	requireTags(t, index, bob, searchindex.Tag{Name: "meat", Count: 1})
	requireTags(t, index, "ad")
	requireTags(t, index, "")

	apply(t, index,
		searchindex.Document{ID: "3", Owner: ada, Name: "Pie", Tags: []string{"new"}, Version: 2},
		searchindex.Document{ID: "4", Owner: ada, Version: 2, Deleted: true},
	)
	requireTags(t, index, ada, searchindex.Tag{Name: "Gluten-Free", Count: 2}, searchindex.Tag{Name: "new", Count: 1},
		searchindex.Tag{Name: "Süß", Count: 1}, searchindex.Tag{Name: "❤", Count: 1})
}

func requireTags(t *testing.T, index searchindex.Index, owner string, want ...searchindex.Tag) {
	t.Helper()
	got, err := index.Tags(t.Context(), owner)
	require.NoError(t, err)
	require.Equal(t, append([]searchindex.Tag{}, want...), got, "tags of %q", owner)
}
