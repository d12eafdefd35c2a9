package importer_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
)

// materials lists what is kept for imports under way.
func materials(t *testing.T, c *cook) []string {
	t.Helper()
	var keys []string
	require.NoError(t, c.objects.Each(t.Context(), "imports/", func(o objectstore.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	return keys
}
