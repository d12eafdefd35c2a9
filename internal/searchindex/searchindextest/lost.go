//nolint:thelper // as in suite.go
package searchindextest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// Loses checks that an index whose serving generation lose deletes says so, never serves a partial
// index, and is recreated by a rebuild while it stays open.
func Loses(t *testing.T, index searchindex.Index, lose func()) {
	requireLost(t, index, false)
	apply(t, index, doc("1", "Pie"), doc("2", "Tart"))
	rebuildWith(t, index, doc("1", "Pie"), doc("2", "Tart"))
	lose()
	requireLost(t, index, true)
	failed := make(chan error, 1)
	go func() { failed <- index.Apply(t.Context(), []searchindex.Document{doc("3", "Cake")}) }()
	select {
	case err := <-failed:
		require.Error(t, err, "nothing is written to what is gone")
	case <-time.After(10 * time.Second):
		require.Fail(t, "a write hangs")
	}
	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{doc("1", "Pie")}))
	if page, err := index.Search(t.Context(), searchindex.Query{Owner: ada}); err == nil {
		require.Len(t, page.Hits, 2, "who searches meanwhile gets an error, or all there was")
	}
	require.NoError(t, next.Apply(t.Context(), []searchindex.Document{doc("2", "Tart"), doc("3", "Cake")}))
	require.NoError(t, next.Prepare(t.Context()))
	require.NoError(t, next.Commit(t.Context()))
	requireLost(t, index, false)
	requireFresh(t, index, false)
	apply(t, index, doc("4", "Bread"))
	requireFound(t, index, searchindex.Query{Owner: ada}, "4", "3", "1", "2")
	rebuildWith(t, index, doc("5", "Jam"))
	requireFound(t, index, searchindex.Query{Owner: ada}, "5")
}

func requireLost(t *testing.T, index searchindex.Index, want bool) {
	t.Helper()
	lost, err := index.Lost(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, lost)
}
