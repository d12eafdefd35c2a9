package objectstore_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/objectstore/objectstoretest"
	"larder.dev/internal/testkit"
)

// A folder passes the suite.
func TestFolder(t *testing.T) {
	t.Parallel()
	objectstoretest.Run(t, testkit.Folder)
}

// So does a server, if the tests have one.
func TestServer(t *testing.T) {
	t.Parallel()
	objectstoretest.Run(t, testkit.ObjectsAt)
}

// An unreachable server is distinguished from a key without an object.
func TestServerAway(t *testing.T) {
	t.Parallel()
	away, err := objectstore.Open(objectstore.Options{Endpoint: "http://127.0.0.1:1", Bucket: "bucket", AccessKey: "k", SecretKey: "s"})
	require.NoError(t, err)
	_, err = away.Stat(t.Context(), "nothing")
	require.ErrorIs(t, err, objectstore.ErrUnavailable)
	require.ErrorIs(t, away.Put(t.Context(), "x", strings.NewReader("x"), 1, "x/y"), objectstore.ErrUnavailable)
	require.ErrorIs(t, away.Ping(t.Context()), objectstore.ErrUnavailable)
}

// An endpoint is a folder's or a server's, and a folder with any name survives the round trip.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"/var/lib/larder", "/home/ada/the larder/100%/ä?#"} {
		got, is := objectstore.FolderOf(objectstore.Endpoint(folder))
		require.True(t, is)
		require.Equal(t, folder, got)
	}
	for _, server := range []string{"http://127.0.0.1:9000", "https://s3.example.com", "s3.example.com:9000", ""} {
		_, is := objectstore.FolderOf(server)
		require.False(t, is, server)
	}
	_, err := objectstore.Open(objectstore.Options{Endpoint: "file:///x"})
	require.ErrorContains(t, err, "LARDER_S3_BUCKET")
	for _, options := range []objectstore.Options{{Endpoint: "file:x", Bucket: "b"}, {Endpoint: "file:///x", Bucket: "../b"}} {
		_, err := objectstore.Open(options)
		require.Error(t, err)
	}
}
