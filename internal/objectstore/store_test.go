package objectstore_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

func put(t *testing.T, store *objectstore.Store, key, content string) {
	t.Helper()
	require.NoError(t, store.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), "text/plain"))
}

// What is put comes back, from any place of it, with its type; a second put replaces it.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	put(t, store, "a/b/one", "first")
	put(t, store, "a/b/one", "the second")
	reader, err := store.Get(t.Context(), "a/b/one")
	require.NoError(t, err)
	defer reader.Close()
	require.EqualValues(t, 10, reader.Info.Size)
	require.Equal(t, "text/plain", reader.Info.MediaType)
	_, err = reader.Seek(4, io.SeekStart)
	require.NoError(t, err)
	rest, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, "second", string(rest))
}

// An object of several parts is whole.
func TestSeveralParts(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 9<<20) // 144 MiB, three parts
	require.NoError(t, store.Put(t.Context(), "large", bytes.NewReader(content), int64(len(content)), "x/y"))
	reader, err := store.Get(t.Context(), "large")
	require.NoError(t, err)
	defer reader.Close()
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
}

// A key without an object is told from a store that is away, and deleting it is no error.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	_, err := store.Stat(t.Context(), "nothing")
	require.ErrorIs(t, err, objectstore.ErrNotFound, "also where there is no bucket yet")
	put(t, store, "something", "x")
	_, err = store.Get(t.Context(), "nothing")
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	require.NoError(t, store.Delete(t.Context(), "nothing"))
	require.NoError(t, store.Delete(t.Context(), "something"))
	_, err = store.Stat(t.Context(), "something")
	require.ErrorIs(t, err, objectstore.ErrNotFound)

	away, err := objectstore.Open(objectstore.Options{Endpoint: "http://127.0.0.1:1", Bucket: "bucket", AccessKey: "k", SecretKey: "s"})
	require.NoError(t, err)
	_, err = away.Stat(t.Context(), "nothing")
	require.ErrorIs(t, err, objectstore.ErrUnavailable)
	require.ErrorIs(t, away.Put(t.Context(), "x", strings.NewReader("x"), 1, "x/y"), objectstore.ErrUnavailable)
	require.ErrorIs(t, away.Ping(t.Context()), objectstore.ErrUnavailable)
}

// A listing has every key under a prefix and no other, in order.
func TestEach(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	for _, key := range []string{"u/2/original", "u/1/original", "u/1/400.webp", "other/1/original"} {
		put(t, store, key, key)
	}
	var keys []string
	require.NoError(t, store.Each(t.Context(), "u/", func(o objectstore.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	require.Equal(t, []string{"u/1/400.webp", "u/1/original", "u/2/original"}, keys)
}
