package searchindex_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// Any document's cursor leads back to its place, for any query.
func TestCursorRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		query := searchindex.Query{Owner: "ada", Text: rapid.String().Draw(t, "text"), Tags: rapid.SliceOfN(rapid.String(), 0, 3).Draw(t, "tags")}
		at := searchindex.Position{
			Tier: rapid.IntRange(searchindex.TierExact, searchindex.TierPart).Draw(t, "tier"),
			Key:  wordfold.Key(rapid.String().Draw(t, "name")),
			ID:   rapid.StringMatching(`[a-zé-]{1,40}`).Draw(t, "id"),
		}
		plan, err := query.Plan()
		require.NoError(t, err)

		query.Cursor = plan.Cursor(at)
		again, err := query.Plan()
		require.NoError(t, err)
		require.Equal(t, at, again.After)
	})
}

// A cursor is invalid for another owner or another query.
func TestCursorBelongsToItsQuery(t *testing.T) {
	t.Parallel()
	query := searchindex.Query{Owner: "ada", Text: "pie", Tags: []string{"sweet"}}
	plan, err := query.Plan()
	require.NoError(t, err)
	query.Cursor = plan.Cursor(searchindex.Position{Tier: searchindex.TierExact, Key: "pie", ID: "1"})

	for name, change := range map[string]func(*searchindex.Query){
		"owner": func(q *searchindex.Query) { q.Owner = "bob" },
		"text":  func(q *searchindex.Query) { q.Text = "pies" },
		"tag":   func(q *searchindex.Query) { q.Tags = nil },
	} {
		other := query
		change(&other)
		_, err := other.Plan()
		require.ErrorIs(t, err, searchindex.ErrBadCursor, name)
	}

	query.Text, query.Limit = "PIE!", 7
	_, err = query.Plan()
	require.NoError(t, err, "the same words with another limit are the same query")
}

// Any input as a cursor is either a position or ErrBadCursor.
func FuzzCursor(f *testing.F) {
	plan, err := searchindex.Query{Owner: "ada"}.Plan()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plan.Cursor(searchindex.Position{Tier: searchindex.TierPrefix, Key: "creme brulee", ID: "1"}))
	f.Add("")
	f.Add("AQ")
	f.Add("!")
	f.Fuzz(func(t *testing.T, cursor string) {
		again, err := searchindex.Query{Owner: "ada", Cursor: cursor}.Plan()
		if err != nil {
			require.ErrorIs(t, err, searchindex.ErrBadCursor)
			return
		}
		if cursor != "" {
			require.Equal(t, cursor, again.Cursor(again.After))
		}
	})
}
