//go:build linux

package servers_test

import (
	"bytes"
	"io"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
)

// A MinIO with a full disk is distinguished from one that is down: it serves reads, gives the
// reason for refusing a put, in one piece or in parts, and accepts it once there is space.
func TestMinIOOnAFullDisk(t *testing.T) {
	t.Parallel()
	testkit.OnSmallDisk(t, 192<<20, func(t *testing.T, dir string) {
		t.Helper()
		server, err := servers.StartMinIO(testkit.Context(t), filepath.Join(dir, "minio"))
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, server.Stop()) })
		at, err := url.Parse(server.URL)
		require.NoError(t, err)
		secret, _ := at.User.Password()
		var mark fulldisk.Mark
		store, err := objectstore.Open(objectstore.Options{
			Endpoint: "http://" + at.Host, Bucket: "larder", AccessKey: at.User.Username(), SecretKey: secret, Full: &mark,
		})
		require.NoError(t, err)
		defer func() { require.NoError(t, store.Close()) }()
		require.NoError(t, store.Put(t.Context(), "kept", strings.NewReader("soup"), 4, "text/plain"))
		require.NoError(t, store.Room(t.Context()))

		makeRoom := testkit.FillDisk(t, dir)
		large := make([]byte, 80<<20) // more than a part
		for _, size := range []int64{1 << 20, int64(len(large))} {
			err := store.Put(t.Context(), "more", bytes.NewReader(large[:size]), size, "x/y")
			require.ErrorIs(t, err, fulldisk.Err, "%d bytes", size)
		}
		require.True(t, mark.Full())
		require.ErrorIs(t, store.Room(t.Context()), fulldisk.Err)
		require.ErrorIs(t, objectstore.SomeRoom(t.Context(), store), fulldisk.Err)
		reader, err := store.Get(t.Context(), "kept")
		require.NoError(t, err)
		defer reader.Close()
		kept, err := io.ReadAll(reader)
		require.NoError(t, err)
		require.Equal(t, "soup", string(kept))
		makeRoom()
		testkit.Until(t, "MinIO has found the room", func() bool { return store.Room(t.Context()) == nil })
		require.NoError(t, store.Put(t.Context(), "more", strings.NewReader("bread"), 5, "text/plain"))
	})
}
