package objectstore_test

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// Parts that come one by one, one of them twice, are seen as they are, and become one object, which is copied with a
// type of its own.
func TestMultipart(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	first, last := bytes.Repeat([]byte("a"), objectstore.MinPart), []byte("the end")
	id, err := store.BeginMultipart(t.Context(), "in/bytes")
	require.NoError(t, err)
	parts, err := store.Parts(t.Context(), "in/bytes", id)
	require.NoError(t, err)
	require.Empty(t, parts)
	for number, content := range map[int][]byte{2: []byte("not this"), 1: first} {
		_, err = store.PutPart(t.Context(), "in/bytes", id, number, content)
		require.NoError(t, err)
	}
	_, err = store.PutPart(t.Context(), "in/bytes", id, 2, last)
	require.NoError(t, err)
	parts, err = store.Parts(t.Context(), "in/bytes", id)
	require.NoError(t, err)
	require.Len(t, parts, 2)
	require.Equal(t, []int64{objectstore.MinPart, 7}, []int64{parts[0].Size, parts[1].Size})
	require.WithinRange(t, parts[1].Changed, parts[0].Changed.Add(-time.Minute), parts[0].Changed.Add(time.Minute))
	_, err = store.Stat(t.Context(), "in/bytes")
	require.ErrorIs(t, err, objectstore.ErrNotFound)

	require.NoError(t, store.CompleteMultipart(t.Context(), "in/bytes", id, parts))
	_, err = store.Parts(t.Context(), "in/bytes", id)
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	whole, err := store.Stat(t.Context(), "in/bytes")
	require.NoError(t, err)
	require.ErrorIs(t, store.Copy(t.Context(), "in/bytes", "another", "out", "x/y"), objectstore.ErrNotFound)
	require.ErrorIs(t, store.Copy(t.Context(), "nothing", whole.ETag, "out", "x/y"), objectstore.ErrNotFound)
	require.NoError(t, store.Copy(t.Context(), "in/bytes", whole.ETag, "out", "text/plain"))
	copied, err := store.Get(t.Context(), "out")
	require.NoError(t, err)
	defer copied.Close()
	require.Equal(t, "text/plain", copied.Info.MediaType)
	content, err := io.ReadAll(copied)
	require.NoError(t, err)
	require.True(t, bytes.Equal(append(first, last...), content))
}

// A multipart upload that is given up is gone with its parts, and one under a longer key isn't.
func TestMultipartGivenUp(t *testing.T) {
	t.Parallel()
	store := testkit.Objects(t)
	require.NoError(t, store.AbortMultiparts(t.Context(), "u/1"), "also where there is no bucket yet")
	ids := map[string]string{}
	for _, key := range []string{"u/1", "u/10"} {
		id, err := store.BeginMultipart(t.Context(), key)
		require.NoError(t, err)
		_, err = store.PutPart(t.Context(), key, id, 1, []byte("x"))
		require.NoError(t, err)
		ids[key] = id
	}
	require.NoError(t, store.AbortMultiparts(t.Context(), "u/1"))
	require.NoError(t, store.AbortMultiparts(t.Context(), "u/1"))
	_, err := store.Parts(t.Context(), "u/1", ids["u/1"])
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	_, err = store.PutPart(t.Context(), "u/1", ids["u/1"], 2, []byte("x"))
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	parts, err := store.Parts(t.Context(), "u/10", ids["u/10"])
	require.NoError(t, err)
	require.Len(t, parts, 1)
}
