//go:build linux

package objectstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// A full disk is distinguished from an unavailable store: refused writes leave nothing, existing
// objects can be read and deleted, and it ends once there is space.
func TestFolderOnAFullDisk(t *testing.T) {
	t.Parallel()
	testkit.OnSmallDisk(t, 16<<20, func(t *testing.T, dir string) {
		t.Helper()
		var mark fulldisk.Mark
		f := reopen(t, objectstore.Options{Endpoint: objectstore.Endpoint(dir + "/store"), Bucket: "larder", Full: &mark})
		f.put(t, "u/one", "kept", "x/y")
		id, err := f.BeginMultipart(t.Context(), "u/parts")
		require.NoError(t, err)
		makeRoom := testkit.FillDisk(t, dir)
		large := strings.Repeat("x", 2<<20)
		for _, err := range []error{
			f.Put(t.Context(), "u/two", strings.NewReader(large), int64(len(large)), "x/y"),
			f.Put(t.Context(), "u/one", strings.NewReader(large), int64(len(large)), "x/z"),
			f.Room(t.Context()),
		} {
			require.ErrorIs(t, err, fulldisk.Err)
			require.ErrorIs(t, err, objectstore.ErrUnavailable)
		}
		_, err = f.PutPart(t.Context(), "u/parts", id, 1, []byte(large))
		require.ErrorIs(t, err, fulldisk.Err)
		require.True(t, mark.Full())
		f.require(t, "u/one", "kept", "x/y")
		_, err = f.Stat(t.Context(), "u/two")
		require.ErrorIs(t, err, objectstore.ErrNotFound)
		require.NoError(t, f.Delete(t.Context(), "u/one"))
		makeRoom()
		require.NoError(t, f.Room(t.Context()))
		f.put(t, "u/two", large, "x/y")
		f.require(t, "u/two", large, "x/y")
	})
}
