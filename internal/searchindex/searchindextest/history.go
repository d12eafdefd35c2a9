//nolint:thelper // The parts of a suite are tests; a failure has to point into them.
package searchindextest

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/searchindex"
)

// Few words and few ids, so that random histories often hit the same documents and near misses.
func someText(t *rapid.T, label string) string {
	words := []string{
		"pork", "prok", "porks", "pie", "Piè", "pi", "Pasta", "past", "pastas",
		"l'ail", "ail-pie", "and", "&", "porkpie", "ß", "豆", "!",
	}
	return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 3).Draw(t, label), " ")
}

func someOwner(t *rapid.T) string { return rapid.SampledFrom([]string{ada, bob}).Draw(t, "owner") }

func someTag() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "sweet", "Sweet", "hot", "❤", "--"})
}

func someFood() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"leek", "oil", "olive oil", "extra virgin olive oil", "virgin", " ", "meat"})
}

func someTime() *rapid.Generator[time.Time] {
	return rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMicro(rapid.SampledFrom([]int64{1, 2, 1e15}).Draw(t, "time")).UTC()
	})
}

func someDocument(t *rapid.T) searchindex.Document {
	return searchindex.Document{
		ID:      rapid.StringMatching(`[ab][0-9]`).Draw(t, "id"),
		Owner:   someOwner(t),
		Name:    someText(t, "name"),
		Tags:    rapid.SliceOfN(someTag(), 0, 3).Draw(t, "tags"),
		Foods:   rapid.SliceOfN(someFood(), 0, 3).Draw(t, "foods"),
		Minutes: rapid.IntRange(0, 3).Draw(t, "minutes"),
		Rating:  rapid.IntRange(0, 5).Draw(t, "rating"), Favourite: rapid.Bool().Draw(t, "favourite"),
		Created: someTime().Draw(t, "created"),
		Updated: someTime().Draw(t, "updated"),
		Version: rapid.Int64Range(1, 9).Draw(t, "version"),
		Deleted: rapid.IntRange(0, 4).Draw(t, "deleted") == 0,
	}
}

// testAnyHistory applies random histories to the index and the reference, cumulatively, and
// requires the same answer to every random query.
func testAnyHistory(t *testing.T, index searchindex.Index) {
	ctx := t.Context()
	model := NewReference()
	rapid.Check(t, func(t *rapid.T) {
		for _, owner := range []string{ada, bob} {
			erased, err := index.Erase(ctx, owner)
			require.NoError(t, err)
			want, err := model.Erase(ctx, owner)
			require.NoError(t, err)
			require.Equal(t, want, erased)
		}
		for range rapid.IntRange(1, 3).Draw(t, "batches") {
			docs := rapid.SliceOfN(rapid.Custom(someDocument), 0, 20).Draw(t, "docs")
			require.NoError(t, model.Apply(ctx, slices.Clone(docs)))
			require.NoError(t, index.Apply(ctx, docs))
		}
		for _, owner := range []string{ada, bob} {
			want, err := model.Tags(ctx, owner)
			require.NoError(t, err)
			got, err := index.Tags(ctx, owner)
			require.NoError(t, err)
			require.Equal(t, want, got, "tags of %s", owner)
			prefix := rapid.SampledFrom([]string{"", "o", "oil", "x"}).Draw(t, "prefix")
			want, err = model.Foods(ctx, owner, prefix, 4)
			require.NoError(t, err)
			got, err = index.Foods(ctx, owner, prefix, 4)
			require.NoError(t, err)
			require.Equal(t, want, got, "foods of %s that begin with %q", owner, prefix)
		}
		for range 5 {
			query := searchindex.Query{
				Owner: someOwner(t),
				Text:  someText(t, "text"),
				Tags:  rapid.SliceOfN(someTag(), 0, 2).Draw(t, "tags"),
				With:  rapid.SliceOfN(someFood(), 0, 1).Draw(t, "with"), Without: rapid.SliceOfN(someFood(), 0, 1).Draw(t, "without"),
				MaxMinutes: rapid.IntRange(0, 3).Draw(t, "max minutes"),
				Favourite:  rapid.IntRange(0, 3).Draw(t, "favourite") == 0,
				Order: rapid.SampledFrom([]searchindex.Order{
					searchindex.ByRelevance, searchindex.ByName, searchindex.ByNewest, searchindex.ByChanged, searchindex.ByTime,
					searchindex.ByRating,
				}).Draw(t, "order"),
				Limit: rapid.IntRange(1, 6).Draw(t, "limit"),
				Names: rapid.Bool().Draw(t, "names"),
			}
			for more := true; more; {
				want, err := model.Search(ctx, query)
				require.NoError(t, err)
				got, err := index.Search(ctx, query)
				require.NoError(t, err)
				require.Equal(t, want, got, "%+v", query)
				query.Cursor, more = got.Next, got.Next != ""
			}
		}
	})
}
