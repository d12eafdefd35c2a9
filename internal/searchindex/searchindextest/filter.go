//nolint:thelper // as in suite.go
package searchindextest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

func with(doc searchindex.Document, foods ...string) searchindex.Document {
	doc.Foods = foods
	return doc
}

// A document is found by its foods and by consecutive words of them; it must have all of those with,
// and none of those without; words, tags and pages work as without foods.
func testFoods(t *testing.T, index searchindex.Index) {
	theirs := with(doc("1", "Bob's leek soup"), "leek")
	theirs.Owner = bob
	apply(
		t, index, theirs,
		with(doc("1", "Leek soup", "soup"), "leek", "potato", "extra virgin olive oil"),
		with(doc("2", "Leek tart"), "leek", "smoked bacon", "meat"),
		with(doc("3", "Potato soup", "soup"), "potato", "leek", "bacon", "meat"),
		with(doc("4", "Salad"), "olive", "oil of nuts and of some seeds by the bottle"),
		doc("5", "Nothing"),
	)
	find := func(query searchindex.Query, want ...string) {
		t.Helper()
		query.Owner = ada
		requireFound(t, index, query, want...)
	}
	find(searchindex.Query{With: []string{"leek"}}, "1", "2", "3")
	find(searchindex.Query{With: []string{"leek"}, Without: []string{"meat"}}, "1")
	find(searchindex.Query{With: []string{"leek", "potato", "leek", " "}}, "1", "3")
	find(searchindex.Query{With: []string{"olive oil"}}, "1")
	find(searchindex.Query{With: []string{"oil"}}, "1", "4")
	find(searchindex.Query{With: []string{"virgin oil"}})
	find(searchindex.Query{With: []string{"extra virgin olive oil"}}, "1")
	find(searchindex.Query{With: []string{"lee"}})
	find(searchindex.Query{Without: []string{"leek"}}, "5", "4")
	find(searchindex.Query{Without: []string{"leek", "olive"}}, "5")
	find(searchindex.Query{Text: "soup", With: []string{"leek"}, Without: []string{"bacon"}}, "1")
	find(searchindex.Query{Tags: []string{"soup"}, Without: []string{"bacon"}}, "1")
	find(searchindex.Query{Text: "tart", With: []string{"potato"}})

	hits := walk(t, index, searchindex.Query{Owner: ada, With: []string{"leek"}, Limit: 1})
	require.Equal(t, []string{"1", "2", "3"}, ids(hits))
	first := search(t, index, searchindex.Query{Owner: ada, With: []string{"leek"}, Limit: 1})
	_, err := index.Search(t.Context(), searchindex.Query{Owner: ada, Without: []string{"leek"}, Limit: 1, Cursor: first.Next})
	require.ErrorIs(t, err, searchindex.ErrBadCursor)

	changed := with(doc("2", "Leek tart"), "pear")
	changed.Version = 2
	apply(t, index, changed, searchindex.Document{ID: "3", Owner: ada, Version: 2, Deleted: true})
	find(searchindex.Query{With: []string{"leek"}}, "1")
	find(searchindex.Query{With: []string{"pear"}}, "2")
	find(searchindex.Query{Without: []string{"leek"}}, "2", "5", "4")
}

// Foods are counted by document, most frequent first, from a prefix, and nobody sees another's.
func testFoodsCounted(t *testing.T, index searchindex.Index) {
	theirs := with(doc("1", "Pie"), "leek")
	theirs.Owner = bob
	apply(t, index, theirs,
		with(doc("1", "Pie"), "leek", "olive oil", "oil"), with(doc("2", "Pie"), "leek", "lemon"), with(doc("3", "Pie"), "lemon juice", "leek"),
		with(doc("4", "Pie"), "lemon"), searchindex.Document{ID: "4", Owner: ada, Version: 2, Deleted: true})
	foods := func(owner, prefix string, limit int, want ...searchindex.Tag) {
		t.Helper()
		got, err := index.Foods(t.Context(), owner, prefix, limit)
		require.NoError(t, err)
		require.Equal(t, append([]searchindex.Tag{}, want...), got)
	}
	leek, lemon := searchindex.Tag{Name: "leek", Count: 3}, searchindex.Tag{Name: "lemon", Count: 2}
	foods(ada, "le", 10, leek, lemon, searchindex.Tag{Name: "lemon juice", Count: 1})
	foods(ada, "", 2, leek, lemon)
	foods(ada, "oil", 10, searchindex.Tag{Name: "oil", Count: 1})
	foods(ada, "x", 10)
	foods(bob, "le", 10, searchindex.Tag{Name: "leek", Count: 1})
	foods("", "", 10)
}

// A limit of time finds only what is known to take no longer.
func testMinutes(t *testing.T, index searchindex.Index) {
	for id, minutes := range map[string]int{"1": 30, "2": 31, "3": 0, "4": 5, "5": 100_000} {
		d := doc(id, "Pie "+id)
		d.Minutes = minutes
		apply(t, index, d)
	}
	requireFound(t, index, searchindex.Query{Owner: ada, MaxMinutes: 30}, "1", "4")
	requireFound(t, index, searchindex.Query{Owner: ada, MaxMinutes: 31, Text: "pie"}, "1", "2", "4")
	requireFound(t, index, searchindex.Query{Owner: ada, MaxMinutes: 4})
	requireFound(t, index, searchindex.Query{Owner: ada, MaxMinutes: 1_000_000}, "1", "2", "4", "5")
}

// A filter by favourites finds nothing else, alone and beside other restrictions.
func testFavourites(t *testing.T, index searchindex.Index) {
	for id, favourite := range map[string]bool{"1": true, "2": false, "3": true} {
		d := doc(id, "Pie "+id)
		d.Favourite, d.Minutes = favourite, 30
		if id == "3" {
			d.Minutes = 0
		}
		apply(t, index, d)
	}
	requireFound(t, index, searchindex.Query{Owner: ada, Favourite: true}, "1", "3")
	requireFound(t, index, searchindex.Query{Owner: ada, Favourite: true, Text: "pie 2"})
	requireFound(t, index, searchindex.Query{Owner: ada, Favourite: true, MaxMinutes: 30}, "1")
	requireFound(t, index, searchindex.Query{Owner: bob, Favourite: true})

	again := doc("1", "Pie 1")
	again.Version = 9
	apply(t, index, again)
	requireFound(t, index, searchindex.Query{Owner: ada, Favourite: true}, "3")
}

// Each order pages through every hit once: by name whatever the match, newest, last changed,
// quickest first with those of unknown time last, and most stars first with those without any last.
// Equal ones are in the order of their ids.
func testOrders(t *testing.T, index searchindex.Index) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 1000*n, time.UTC) }
	for i, d := range []searchindex.Document{
		{ID: "1", Name: "Zebra pie", Created: day(1), Updated: day(9), Minutes: 20, Rating: 1},
		{ID: "2", Name: "Apple piecrust", Created: day(3), Updated: day(3), Rating: 5, Favourite: true},
		{ID: "3", Name: "Pie of meat", Created: day(2), Updated: day(5), Minutes: 5},
		{ID: "4", Name: "Cake", Created: day(4), Updated: day(4), Minutes: 20, Rating: 1},
		{ID: "5", Name: "Apple piecrust"},
	} {
		d.Owner, d.Version = ada, int64(i+1)
		apply(t, index, d)
	}
	for _, c := range []struct {
		order searchindex.Order
		text  string
		want  []string
	}{
		{searchindex.ByRelevance, "pie", []string{"3", "1", "2", "5"}},
		{searchindex.ByName, "pie", []string{"2", "5", "3", "1"}},
		{searchindex.ByName, "", []string{"2", "5", "4", "3", "1"}},
		{searchindex.ByNewest, "", []string{"4", "2", "3", "1", "5"}},
		{searchindex.ByNewest, "pie", []string{"2", "3", "1", "5"}},
		{searchindex.ByChanged, "", []string{"1", "3", "4", "2", "5"}},
		{searchindex.ByTime, "", []string{"3", "1", "4", "2", "5"}},
		{searchindex.ByTime, "pie", []string{"3", "1", "2", "5"}},
		{searchindex.ByRating, "", []string{"2", "1", "4", "3", "5"}},
		{searchindex.ByRating, "pie", []string{"2", "1", "3", "5"}},
	} {
		for _, limit := range []int{1, 2, 10} {
			hits := walk(t, index, searchindex.Query{Owner: ada, Text: c.text, Order: c.order, Limit: limit})
			require.Equal(t, c.want, ids(hits), "%s %q", c.order, c.text)
		}
	}
	first := search(t, index, searchindex.Query{Owner: ada, Order: searchindex.ByTime, Limit: 1})
	_, err := index.Search(t.Context(), searchindex.Query{Owner: ada, Order: searchindex.ByNewest, Limit: 1, Cursor: first.Next})
	require.ErrorIs(t, err, searchindex.ErrBadCursor)
}
