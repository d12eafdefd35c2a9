package parts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// The event stream is deleted while cooks write and read: none of their requests fails, none reads
// less than it wrote, and the new stream has each change once, in the order of the user's changes.
func TestTheStreamIsDeletedUnderLoad(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	load := startLoad([]*larder.Client{parts.AddUser(t, "ada"), parts.AddUser(t, "bob")})
	load.more(t)
	require.NoError(t, larder.JetStream(t, parts.RunFile(t).NATSURL).DeleteStream(t.Context(), "LARDER"))
	load.more(t)
	load.stop()
	require.Empty(t, load.failures())
	parts.CaughtUp(t)
	load.everywhereOnce(t, parts)
	parts.MustRun(t, "", "reconcile")
}
