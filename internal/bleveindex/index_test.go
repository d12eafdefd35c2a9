package bleveindex_test

import (
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/bleveindex"
	"larder.dev/internal/searchindex"
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

// The index follows the rules that every index follows.
func TestIndex(t *testing.T) {
	t.Parallel()
	searchindextest.Run(t, openEmpty)
}
