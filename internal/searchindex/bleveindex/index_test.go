package bleveindex_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/searchindex/searchindextest"
)

func open(t *testing.T, dir string) *bleveindex.Index {
	t.Helper()
	index, err := bleveindex.Open(dir, bleveindex.Options{Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, index.Close()) })
	return index
}

func openEmpty(t *testing.T) searchindex.Index {
	t.Helper()
	return open(t, t.TempDir())
}

// The index passes the suite of every index.
func TestIndex(t *testing.T) {
	t.Parallel()
	searchindextest.Run(t, openEmpty)
}

// A query that exceeds its time limit is cut off.
func TestCost(t *testing.T) {
	t.Parallel()
	searchindextest.RunCost(t, openEmpty(t), func() {})
}

// A query that would compare more words, or examine more documents, than allowed is refused, and
// one at the limits is answered.
func TestCostIsCounted(t *testing.T) {
	t.Parallel()
	index := openEmpty(t)
	require.NoError(t, index.Apply(t.Context(), []searchindex.Document{
		{ID: "1", Owner: "ada", Name: "kale", Version: 1},
		{ID: "2", Owner: "ada", Name: "kasha", Version: 1},
		{ID: "3", Owner: "ada", Name: "kale kasha", Version: 1},
	}))
	for _, c := range []struct {
		within, beyond searchindex.Cost
	}{
		{searchindex.Cost{Words: 2}, searchindex.Cost{Words: 1}},
		{searchindex.Cost{Documents: 4}, searchindex.Cost{Documents: 3}},
	} {
		query := searchindex.Query{Owner: "ada", Text: "ka", Cost: c.within}
		page, err := index.Search(t.Context(), query)
		require.NoError(t, err, "%+v", c.within)
		require.Len(t, page.Hits, 3)
		query.Cost = c.beyond
		_, err = index.Search(t.Context(), query)
		require.ErrorIs(t, err, searchindex.ErrTooCostly, "%+v", c.beyond)
	}
}
