// Package objectstoretest is the suite that every object store passes.
//
//nolint:thelper // The parts of a suite are tests; a failure has to point into them.
package objectstoretest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
)

// Run runs the suite. At locates a new, empty store.
func Run(t *testing.T, at func(tb testing.TB) objectstore.Options) {
	t.Helper()
	for _, part := range []struct {
		name string
		test func(*testing.T, objectstore.Store)
	}{
		{"what is put comes back", testRoundTrip},
		{"a second put replaces the first", testReplace},
		{"several parts are one", testSeveralParts},
		{"nothing there", testNothingThere},
		{"a listing is in order", testEach},
		{"what is listed may be deleted", testDeleteWhileListing},
		{"a put that breaks off leaves what was", testBrokenPut},
		{"multipart", testMultipart},
		{"multipart given up", testMultipartGivenUp},
		{"a part may come twice", testPartAgain},
		{"copy", testCopy},
		{"room", testRoom},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.test(t, open(t, at(t)))
		})
	}
	t.Run("two processes", func(t *testing.T) {
		t.Parallel()
		options := at(t)
		testTwo(t, open(t, options), open(t, options))
	})
}

func open(t *testing.T, at objectstore.Options) objectstore.Store {
	t.Helper()
	store, err := objectstore.Open(at)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func put(t *testing.T, store objectstore.Store, key, content string) {
	t.Helper()
	require.NoError(t, store.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), "text/plain"))
}

func read(t *testing.T, store objectstore.Store, key string) string {
	t.Helper()
	reader, err := store.Get(t.Context(), key)
	require.NoError(t, err)
	defer reader.Close()
	content, err := io.ReadAll(reader)
	require.NoError(t, err)
	return string(content)
}

func keys(t *testing.T, store objectstore.Store, prefix string) []string {
	t.Helper()
	var found []string
	require.NoError(t, store.Each(t.Context(), prefix, func(o objectstore.Object) error {
		found = append(found, o.Key)
		return nil
	}))
	return found
}

// An object comes back as put, from any offset, with its type and time.
func testRoundTrip(t *testing.T, store objectstore.Store) {
	require.NoError(t, store.Ping(t.Context()))
	before := time.Now().Add(-time.Minute)
	put(t, store, "a/b/one", "0123456789")
	reader, err := store.Get(t.Context(), "a/b/one")
	require.NoError(t, err)
	defer reader.Close()
	require.EqualValues(t, 10, reader.Info.Size)
	require.Equal(t, "text/plain", reader.Info.MediaType)
	require.WithinRange(t, reader.Info.Changed, before, before.Add(2*time.Minute))
	seen, err := store.Stat(t.Context(), "a/b/one")
	require.NoError(t, err)
	require.Equal(t, reader.Info.ETag, seen.ETag)
	_, err = reader.Seek(4, io.SeekStart)
	require.NoError(t, err)
	rest, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.Equal(t, "456789", string(rest))
	some := make([]byte, 3)
	_, err = reader.ReadAt(some, 6)
	require.NoError(t, err)
	require.Equal(t, "678", string(some))
	put(t, store, "empty", "")
	require.Empty(t, read(t, store, "empty"))
}

// A second put replaces the bytes, even with the same size, and the type.
func testReplace(t *testing.T, store objectstore.Store) {
	for _, content := range []string{"the first", "a longer one", "as long a one"} {
		put(t, store, "a/one", content)
		require.Equal(t, content, read(t, store, "a/one"))
	}
	was, err := store.Stat(t.Context(), "a/one")
	require.NoError(t, err)
	require.NoError(t, store.Put(t.Context(), "a/one", strings.NewReader("AS LONG A ONE"), 13, "x/y"))
	is, err := store.Stat(t.Context(), "a/one")
	require.NoError(t, err)
	require.Equal(t, "x/y", is.MediaType)
	require.NotEqual(t, was.ETag, is.ETag)
	require.Equal(t, []string{"a/one"}, keys(t, store, ""))
}

// An object of several parts is complete.
func testSeveralParts(t *testing.T, store objectstore.Store) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 5<<20) // 80 MiB, two parts on a server
	require.NoError(t, store.Put(t.Context(), "large", bytes.NewReader(content), int64(len(content)), "x/y"))
	reader, err := store.Get(t.Context(), "large")
	require.NoError(t, err)
	defer reader.Close()
	got, err := io.ReadAll(reader)
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, got))
}

// A key without an object has none, even if nothing was ever put, and deleting it is no error.
func testNothingThere(t *testing.T, store objectstore.Store) {
	_, err := store.Stat(t.Context(), "nothing")
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	require.NoError(t, store.Delete(t.Context(), "nothing"))
	require.Empty(t, keys(t, store, ""))
	put(t, store, "a/something", "x")
	for _, key := range []string{"nothing", "a", "a/something/more"} {
		_, err = store.Get(t.Context(), key)
		require.ErrorIs(t, err, objectstore.ErrNotFound, key)
	}
	require.NoError(t, store.Delete(t.Context(), "a"))
	require.NoError(t, store.Delete(t.Context(), "a/something"))
	_, err = store.Stat(t.Context(), "a/something")
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	require.Empty(t, keys(t, store, ""))
}

// A listing has exactly the keys under a prefix, in key order, with sizes and times.
func testEach(t *testing.T, store objectstore.Store) {
	for _, key := range []string{"u/2/original", "u/1/original", "u/1/400.webp", "u/1-2/original", "other/1/original", "u/10/original"} {
		put(t, store, key, key)
	}
	require.Equal(t, []string{"u/1-2/original", "u/1/400.webp", "u/1/original", "u/10/original", "u/2/original"}, keys(t, store, "u/"))
	require.Equal(t, []string{"u/1/400.webp", "u/1/original"}, keys(t, store, "u/1/"))
	require.Equal(t, []string{"u/1-2/original", "u/1/400.webp", "u/1/original", "u/10/original"}, keys(t, store, "u/1"))
	require.Equal(t, []string{"u/1/original"}, keys(t, store, "u/1/o"))
	require.Len(t, keys(t, store, ""), 6)
	require.Empty(t, keys(t, store, "v/"))
	require.NoError(t, store.Each(t.Context(), "other/", func(o objectstore.Object) error {
		require.EqualValues(t, len(o.Key), o.Size)
		require.WithinDuration(t, time.Now(), o.Changed, time.Minute)
		return nil
	}))
	require.ErrorIs(t, store.Each(t.Context(), "", func(objectstore.Object) error { return io.ErrClosedPipe }), io.ErrClosedPipe)
}

// A caller may delete objects during a listing, whether listed yet or not.
func testDeleteWhileListing(t *testing.T, store objectstore.Store) {
	for _, key := range []string{"u/1/a", "u/1/b", "u/2/a"} {
		put(t, store, key, key)
	}
	require.NoError(t, store.Each(t.Context(), "u/", func(o objectstore.Object) error { return store.Delete(t.Context(), o.Key) }))
	require.Empty(t, keys(t, store, ""))
}

// endless fails at an unexpected point.
type endless struct {
	*bytes.Reader

	after int
	err   error
	stop  func()
}

func (e *endless) Read(into []byte) (int, error) {
	e.after--
	if e.after < 0 {
		e.stop()
		return 0, e.err
	}
	return e.Reader.Read(into[:min(len(into), 16)])
}

func (e *endless) ReadAt([]byte, int64) (int, error) {
	e.stop()
	return 0, e.err
}

// A put whose source ends early or fails, or whose caller leaves, keeps the previous object.
func testBrokenPut(t *testing.T, store objectstore.Store) {
	put(t, store, "a/one", "what was")
	require.Error(t, store.Put(t.Context(), "a/one", strings.NewReader("short"), 100, "text/plain"))
	broken := &endless{Reader: bytes.NewReader(make([]byte, 100)), after: 2, err: io.ErrClosedPipe, stop: func() {}}
	require.ErrorIs(t, store.Put(t.Context(), "a/one", broken, 100, "text/plain"), io.ErrClosedPipe)
	ctx, cancel := context.WithCancel(t.Context())
	gone := &endless{Reader: bytes.NewReader(make([]byte, 100)), after: 2, err: context.Canceled, stop: cancel}
	require.ErrorIs(t, store.Put(ctx, "a/one", gone, 100, "text/plain"), context.Canceled)
	require.Equal(t, "what was", read(t, store, "a/one"))
	require.Equal(t, []string{"a/one"}, keys(t, store, ""))
}

// Parts that arrive one by one, one of them twice, are listed as stored and become one object.
func testMultipart(t *testing.T, store objectstore.Store) {
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
	require.Empty(t, keys(t, store, ""), "nothing is seen before it is complete")

	require.NoError(t, store.CompleteMultipart(t.Context(), "in/bytes", id, parts))
	_, err = store.Parts(t.Context(), "in/bytes", id)
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	require.Equal(t, string(append(first, last...)), read(t, store, "in/bytes"))
}

// An aborted multipart upload is gone with its parts, and one under a longer key isn't.
func testMultipartGivenUp(t *testing.T, store objectstore.Store) {
	require.NoError(t, store.AbortMultiparts(t.Context(), "u/1"), "also where nothing was ever put")
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
	err = store.CompleteMultipart(t.Context(), "u/1", ids["u/1"], []objectstore.Part{{Number: 1, Size: 1}})
	require.ErrorIs(t, err, objectstore.ErrNotFound)
	parts, err := store.Parts(t.Context(), "u/10", ids["u/10"])
	require.NoError(t, err)
	require.Len(t, parts, 1)
}

// Parts that another process rewrote with the same bytes after the listing make the same object.
func testPartAgain(t *testing.T, store objectstore.Store) {
	id, err := store.BeginMultipart(t.Context(), "u/1")
	require.NoError(t, err)
	_, err = store.PutPart(t.Context(), "u/1", id, 1, []byte("the same"))
	require.NoError(t, err)
	parts, err := store.Parts(t.Context(), "u/1", id)
	require.NoError(t, err)
	_, err = store.PutPart(t.Context(), "u/1", id, 1, []byte("the same"))
	require.NoError(t, err)
	require.NoError(t, store.CompleteMultipart(t.Context(), "u/1", id, parts))
	require.Equal(t, "the same", read(t, store, "u/1"))
}

// A copy has the given type and its own time, outlives the original, and requires a matching ETag.
func testCopy(t *testing.T, store objectstore.Store) {
	put(t, store, "in", "some bytes")
	from, err := store.Stat(t.Context(), "in")
	require.NoError(t, err)
	require.ErrorIs(t, store.Copy(t.Context(), "in", "another", "out/copy", "x/y"), objectstore.ErrNotFound)
	require.ErrorIs(t, store.Copy(t.Context(), "nothing", from.ETag, "out/copy", "x/y"), objectstore.ErrNotFound)
	require.NoError(t, store.Copy(t.Context(), "in", from.ETag, "out/copy", "x/y"))
	put(t, store, "in", "SOME OTHERS")
	require.NoError(t, store.Delete(t.Context(), "in"))
	require.Equal(t, "some bytes", read(t, store, "out/copy"))
	copied, err := store.Stat(t.Context(), "out/copy")
	require.NoError(t, err)
	require.Equal(t, "x/y", copied.MediaType)
	require.False(t, copied.Changed.Before(from.Changed))
}

// Room's test write leaves nothing behind.
func testRoom(t *testing.T, store objectstore.Store) {
	require.NoError(t, store.Room(t.Context()))
	require.NoError(t, objectstore.SomeRoom(t.Context(), store))
	require.Empty(t, keys(t, store, ""))
}

// With concurrent writers of one key, a read returns one writer's bytes, with its type. On a
// server, an opened object may be gone by the time it is read.
func testTwo(t *testing.T, one, other objectstore.Store) {
	contents := map[string]string{"text/a": strings.Repeat("a", 1000), "text/b": strings.Repeat("b", 1000), "text/c": "c"}
	put(t, one, "u/1/same", contents["text/c"])
	require.NoError(t, other.Put(t.Context(), "u/1/same", strings.NewReader("c"), 1, "text/c"))
	var writers sync.WaitGroup
	ended := make(chan struct{})
	for _, store := range []objectstore.Store{one, other} {
		for mediaType, content := range contents {
			writers.Go(func() {
				for i := range 10 {
					// Meanwhile its neighbour comes and goes, and the folder with it.
					if err := store.Put(t.Context(), "u/2/"+mediaType, strings.NewReader("x"), 1, "x/y"); err != nil {
						t.Errorf("put %d: %v", i, err)
					}
					if err := store.Put(t.Context(), "u/1/same", strings.NewReader(content), int64(len(content)), mediaType); err != nil {
						t.Errorf("put %d: %v", i, err)
					}
					if err := store.Delete(t.Context(), "u/2/"+mediaType); err != nil {
						t.Errorf("delete %d: %v", i, err)
					}
				}
			})
		}
	}
	defer writers.Wait()
	go func() { writers.Wait(); close(ended) }()
	for running := true; running; {
		select {
		case <-ended:
			running = false
		default:
		}
		reader, err := other.Get(t.Context(), "u/1/same")
		require.NoError(t, err)
		got, err := io.ReadAll(reader)
		if !errors.Is(err, objectstore.ErrNotFound) {
			require.NoError(t, err)
			require.Equal(t, contents[reader.Info.MediaType], string(got))
		}
		require.NoError(t, reader.Close())
		require.NoError(t, one.Each(t.Context(), "u/", func(objectstore.Object) error { return nil }))
	}
	require.Equal(t, []string{"u/1/same"}, keys(t, one, ""))
}
