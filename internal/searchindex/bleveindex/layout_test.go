package bleveindex_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
)

func openAs(t *testing.T, dir string, layout int) *bleveindex.Index {
	t.Helper()
	index, err := bleveindex.OpenAs(dir, bleveindex.Options{Log: slog.New(slog.DiscardHandler)}, layout)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, index.Close()) })
	return index
}

// An index laid out by an older version serves no searches and accepts no documents until it is
// rebuilt, even after a restart. A newer one is left alone.
func TestOutdated(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	older := open(t, dir)
	require.NoError(t, older.Apply(t.Context(), pies(3)))
	requireOutdated(t, older, false)
	require.NoError(t, older.Close())

	newer := openAs(t, dir, bleveindex.Layout+1)
	requireOutdated(t, newer, true)
	requireFresh(t, newer, false)
	require.ErrorIs(t, newer.Apply(t.Context(), pies(1)), searchindex.ErrOutdated)
	_, err := newer.Search(t.Context(), searchindex.Query{Owner: owner})
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	_, err = newer.Tags(t.Context(), owner)
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	_, err = newer.Version(t.Context(), owner, "1")
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	require.NoError(t, newer.Ready(t.Context()), "it can be rebuilt")
	erased, err := newer.Erase(t.Context(), owner)
	require.NoError(t, err, "a user is erased from whatever there is")
	require.Equal(t, 3, erased)

	next, err := newer.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), pies(2)))
	require.NoError(t, next.Commit(t.Context()))
	requireOutdated(t, newer, false)
	require.Equal(t, 2, total(t, newer, searchindex.Query{Text: "pie"}))
	require.NoError(t, newer.Close())

	again := openAs(t, dir, bleveindex.Layout+1)
	requireOutdated(t, again, false)
	require.Equal(t, 2, total(t, again, searchindex.Query{Text: "pie"}))
	require.NoError(t, again.Close())

	before := open(t, dir)
	requireOutdated(t, before, false)
	_, err = before.Search(t.Context(), searchindex.Query{Owner: owner})
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	_, err = before.Rebuild(t.Context())
	require.ErrorIs(t, err, searchindex.ErrOutdated)
}

func requireOutdated(t *testing.T, index *bleveindex.Index, want bool) {
	t.Helper()
	outdated, err := index.Outdated(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, outdated)
}
