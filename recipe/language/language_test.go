package language_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe/language"
)

// Each table can be read, and its entries are in the form used for lookups.
func TestTablesAreWellFormed(t *testing.T) {
	t.Parallel()
	for _, code := range language.Codes() {
		table, err := language.Read(code)
		require.NoError(t, err)
		require.NotEmpty(t, table.Units, code)
		for key, entries := range table.Words {
			require.NotEmpty(t, entries, "%s %s", code, key)
			for _, entry := range entries {
				require.Equal(t, strings.ToLower(entry), entry, "%s %s", code, key)
			}
		}
	}
}
