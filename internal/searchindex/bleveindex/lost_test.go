package bleveindex_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/searchindex/searchindextest"
)

// A folder deleted while the index is open is recreated by a rebuild, and still belongs to the one
// process.
func TestLost(t *testing.T) {
	t.Parallel()
	for what, lose := range map[string]func(dir string) error{
		"the whole folder": os.RemoveAll,
		"what is in it": func(dir string) error {
			entries, err := filepath.Glob(filepath.Join(dir, "*"))
			for _, entry := range entries {
				if err := os.RemoveAll(entry); err != nil {
					return err
				}
			}
			return err
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "index")
			index := open(t, dir)
			searchindextest.Loses(t, index, func() { require.NoError(t, lose(dir)) })
			_, err := bleveindex.Open(dir, bleveindex.Options{})
			require.ErrorIs(t, err, bleveindex.ErrLocked)
		})
	}
}
