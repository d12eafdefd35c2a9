package objectstore_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/objectstore"
	"larder.dev/internal/testkit"
)

// folder is an object store and its folder.
type folder struct {
	objectstore.Store

	dir string // holds the objects
	at  objectstore.Options
}

func openFolder(t *testing.T) folder {
	t.Helper()
	return reopen(t, testkit.Folder(t))
}

func reopen(t *testing.T, at objectstore.Options) folder {
	t.Helper()
	store, err := objectstore.Open(at)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	dir, is := objectstore.BucketFolder(at.Endpoint, at.Bucket)
	require.True(t, is)
	return folder{Store: store, dir: dir, at: at}
}

func (f folder) put(t *testing.T, key, content, mediaType string) {
	t.Helper()
	require.NoError(t, f.Put(t.Context(), key, strings.NewReader(content), int64(len(content)), mediaType))
}

func (f folder) content(key string) (content, mediaType string, err error) {
	reader, err := f.Get(context.Background(), key)
	if err != nil {
		return "", "", err
	}
	defer reader.Close()
	got, err := io.ReadAll(reader)
	return string(got), reader.Info.MediaType, err
}

func (f folder) require(t *testing.T, key, content, mediaType string) {
	t.Helper()
	got, of, err := f.content(key)
	require.NoError(t, err)
	require.Equal(t, []string{content, mediaType}, []string{got, of})
}

// file returns the path of an object's bytes.
func (f folder) file(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

// names returns all files below the folder.
func (f folder) names(t *testing.T) []string {
	t.Helper()
	dir, _ := objectstore.FolderOf(f.at.Endpoint)
	var names []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !strings.HasSuffix(path, ".lock") && (!entry.IsDir() || isEmpty(path)) {
			name, _ := filepath.Rel(dir, path)
			names = append(names, strings.ReplaceAll(name, f.at.Bucket, "bucket"))
		}
		return err
	}))
	return names
}

func isEmpty(dir string) bool {
	entries, err := os.ReadDir(dir)
	return err == nil && len(entries) == 0
}

// An object is a plain file with the bytes that were put; a deleted one leaves nothing.
func TestFolderHasPlainFiles(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put(t, "u/1/original", "the bytes", "text/plain")
	plain, err := os.ReadFile(f.file("u/1/original"))
	require.NoError(t, err)
	require.Equal(t, "the bytes", string(plain))
	info, err := os.Stat(f.file("u/1/original"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	require.Equal(t, []string{"objects/bucket/u/1/original", "objects/bucket/u/1/original.attributes"}, f.names(t))
	require.NoError(t, f.Delete(t.Context(), "u/1/original"))
	require.Equal(t, []string{"objects/bucket"}, f.names(t))
}

// No key leads out of the folder or to the store's own files, even through a planted link.
func TestFolderKeepsKeysInside(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put(t, "a/one", "x", "x/y")
	outside := filepath.Join(t.TempDir(), "outside")
	require.NoError(t, os.Mkdir(outside, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600))
	require.NoError(t, os.Symlink(outside, filepath.Join(f.dir, "link")))
	for _, key := range []string{
		"", ".", "..", "../x", "/etc/passwd", "a/../../x", "a//b", "a/", "a/./b", "a\x00b", "\xff", "one.attributes", "x.attributes/y",
		".sgwtmp/x", strings.Repeat("a/", 600) + "a", strings.Repeat("a", 250),
	} {
		require.ErrorIs(t, f.Put(t.Context(), key, strings.NewReader("x"), 1, "x/y"), objectstore.ErrKey, "%q", key)
		_, err := f.Get(t.Context(), key)
		require.ErrorIs(t, err, objectstore.ErrKey, "%q", key)
		require.ErrorIs(t, f.Delete(t.Context(), key), objectstore.ErrKey, "%q", key)
		require.ErrorIs(t, f.Copy(t.Context(), "a/one", "", key, "x/y"), objectstore.ErrKey, "%q", key)
		_, err = f.BeginMultipart(t.Context(), key)
		require.ErrorIs(t, err, objectstore.ErrKey, "%q", key)
	}
	_, err := f.Get(t.Context(), "link/secret")
	require.Error(t, err)
	require.Error(t, f.Put(t.Context(), "link/secret", strings.NewReader("x"), 1, "x/y"))
	require.Error(t, f.Delete(t.Context(), "link/secret"))
	require.FileExists(t, filepath.Join(outside, "secret"))
	require.ErrorIs(t, f.Put(t.Context(), "a", strings.NewReader("x"), 1, "x/y"), objectstore.ErrKey, "a folder is there")
	require.ErrorIs(t, f.Put(t.Context(), "a/one/two", strings.NewReader("x"), 1, "x/y"), objectstore.ErrKey, "a file is there")
	f.require(t, "a/one", "x", "x/y")
}

// Altered, missing or added bytes are never read to the end. Another put repairs the object.
func TestFolderFindsDamage(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	content := strings.Repeat("0123456789", 10_000)
	for _, damage := range []func(path string) error{
		func(path string) error {
			return os.WriteFile(path, []byte(strings.Replace(content, "9", "8", 1)), 0o600)
		},
		func(path string) error { return os.Truncate(path, 70_000) },
		func(path string) error { return os.Truncate(path, 0) },
		func(path string) error { return os.WriteFile(path, []byte(content+"x"), 0o600) },
		func(path string) error { return os.WriteFile(path+".attributes", []byte("{"), 0o600) },
	} {
		f.put(t, "u/one", content, "x/y")
		f.require(t, "u/one", content, "x/y")
		require.NoError(t, damage(f.file("u/one")))
		got, _, err := f.content("u/one")
		require.ErrorIs(t, err, objectstore.ErrDamaged)
		require.Less(t, len(got), len(content))
	}
	f.put(t, "u/one", content, "x/y")
	reader, err := f.Get(t.Context(), "u/one")
	require.NoError(t, err)
	defer reader.Close()
	for _, from := range []int64{0, 5, 0} { // reading the beginning first must not skip the rest
		_, err = reader.Seek(from, io.SeekStart)
		require.NoError(t, err)
		_, err = io.CopyN(io.Discard, reader, 4000)
		require.NoError(t, err)
	}
	_, err = io.Copy(io.Discard, reader)
	require.NoError(t, err)
}

// A process that ended between a put's two renames leaves the old object, with its own type, even
// if both have the same size; one that ended during a deletion leaves nothing visible, and nothing
// at all after a listing.
func TestFolderAfterHalfAChange(t *testing.T) {
	t.Parallel()
	for _, second := range []string{"another", "of this length!"} {
		f := openFolder(t)
		f.put(t, "u/one", "of this length.", "text/first")
		before, err := os.ReadFile(f.file("u/one"))
		require.NoError(t, err)
		f.put(t, "u/one", second, "text/second")
		f.require(t, "u/one", second, "text/second")
		require.NoError(t, os.WriteFile(f.file("u/one"), before, 0o600))
		f.require(t, "u/one", "of this length.", "text/first")
		f.put(t, "u/one", "a third", "text/third")
		f.require(t, "u/one", "a third", "text/third")

		require.NoError(t, os.Remove(f.file("u/one")))
		_, err = f.Stat(t.Context(), "u/one")
		require.ErrorIs(t, err, objectstore.ErrNotFound)
		require.NoError(t, os.Mkdir(f.file("u/two"), 0o700))
		for range 2 { // the second listing removes the folder that the first one leaves
			require.NoError(t, f.Each(t.Context(), "", func(objectstore.Object) error { return nil }))
		}
		require.Equal(t, []string{"objects/bucket"}, f.names(t))
	}
}

// A store whose folder is gone is unavailable, not empty.
func TestFolderGone(t *testing.T) {
	t.Parallel()
	f := openFolder(t)
	f.put(t, "u/one", "x", "x/y")
	dir, _ := objectstore.FolderOf(f.at.Endpoint)
	require.NoError(t, os.RemoveAll(dir))
	_, err := f.Get(t.Context(), "u/one")
	require.ErrorIs(t, err, objectstore.ErrUnavailable)
	require.ErrorIs(t, f.Put(t.Context(), "u/one", strings.NewReader("x"), 1, "x/y"), objectstore.ErrUnavailable)
	require.ErrorIs(t, f.Ping(t.Context()), objectstore.ErrUnavailable)
}

const killedDir = "OBJECTSTORE_TEST_WRITER"

// TestMain runs the writer that TestFolderKilled kills, if asked to.
func TestMain(m *testing.M) {
	if endpoint := os.Getenv(killedDir); endpoint != "" {
		fmt.Fprintln(os.Stderr, putForEver(endpoint))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// of returns a number's content, 200 kB and more.
func of(number int) []byte {
	return bytes.Repeat([]byte(strconv.Itoa(number)+" "), 200_000/len(strconv.Itoa(number)))
}

// putForEver puts objects, each in three ways, and prints the number of each acknowledged one.
func putForEver(endpoint string) error {
	ctx := context.Background()
	store, err := objectstore.Open(objectstore.Options{Endpoint: endpoint, Bucket: "bucket"})
	if err != nil {
		return err
	}
	for i := 0; ; i++ {
		content := of(i)
		mediaType := "text/" + strconv.Itoa(i)
		if err := store.Put(ctx, fmt.Sprintf("once/%d", i), bytes.NewReader(content), int64(len(content)), mediaType); err != nil {
			return err
		}
		if err := store.Put(ctx, "again", bytes.NewReader(content), int64(len(content)), mediaType); err != nil {
			return err
		}
		id, err := store.BeginMultipart(ctx, "parts")
		if err != nil {
			return err
		}
		part, err := store.PutPart(ctx, "parts", id, 1, content)
		if err != nil {
			return err
		}
		if err := store.CompleteMultipart(ctx, "parts", id, []objectstore.Part{part}); err != nil {
			return err
		}
		if _, err := fmt.Fprintln(os.Stdout, i); err != nil {
			return err
		}
	}
}

// kill -9 at any moment leaves no partial object, loses no acknowledged one, and leaves nothing in
// the way.
func TestFolderKilled(t *testing.T) {
	t.Parallel()
	f := reopen(t, objectstore.Options{Endpoint: objectstore.Endpoint(t.TempDir()), Bucket: "bucket"})
	for round := range 6 {
		writer := exec.CommandContext(t.Context(), os.Args[0])
		writer.Env = append(os.Environ(), killedDir+"="+f.at.Endpoint)
		writer.Stderr = os.Stderr
		out, err := writer.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, writer.Start())
		acknowledged := -1
		for lines := bufio.NewScanner(out); lines.Scan(); {
			acknowledged, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
			if acknowledged == round {
				require.NoError(t, writer.Process.Kill())
			}
		}
		require.Error(t, writer.Wait())
		require.GreaterOrEqual(t, acknowledged, round)
		for i := range acknowledged + 1 {
			f.require(t, fmt.Sprintf("once/%d", i), string(of(i)), "text/"+strconv.Itoa(i))
		}
		content, mediaType, err := f.content("again")
		require.NoError(t, err)
		number, err := strconv.Atoi(strings.TrimPrefix(mediaType, "text/"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, number, acknowledged)
		require.Equal(t, string(of(number)), content)
		require.NoError(t, f.Each(t.Context(), "", func(o objectstore.Object) error {
			_, _, err := f.content(o.Key)
			return err
		}))
	}
	require.NoError(t, f.AbortMultiparts(t.Context(), "parts"))
	require.NoError(t, f.Close())
	again := reopen(t, f.at)
	require.NoError(t, again.Ping(t.Context()))
	for _, name := range again.names(t) {
		require.NotContains(t, name, "incoming/bucket/", "a start removes what is half written")
	}
}

// Objects from the S3 server that once owned the folder are readable, with their types, and an
// upload in progress continues. It made testdata/versitygw.
func TestFolderOfVersityGW(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS("testdata/versitygw")))
	f := reopen(t, objectstore.Options{Endpoint: objectstore.Endpoint(dir), Bucket: "larder"})
	text := "Better the day after.\n"
	sum := sha256.Sum256([]byte(text))
	original := "6f1c3ab8-7d1c-4f4e-9c0e-1f0e6f0f7a01/" + hex.EncodeToString(sum[:]) + "/original"
	f.require(t, original, text, "text/plain; charset=utf-8")
	note, err := os.ReadFile(filepath.Join(dir, "upload"))
	require.NoError(t, err)
	key, id, _ := strings.Cut(strings.TrimSpace(string(note)), " ")
	parts, err := f.Parts(t.Context(), key, id)
	require.NoError(t, err)
	require.Len(t, parts, 1)
	more, err := f.PutPart(t.Context(), key, id, 2, []byte("the end"))
	require.NoError(t, err)
	require.NoError(t, f.CompleteMultipart(t.Context(), key, id, append(parts, more)))
	whole, _, err := f.content(key)
	require.NoError(t, err)
	require.Equal(t, "the beginning, the end", whole)
	var keys []string
	require.NoError(t, f.Each(t.Context(), "", func(o objectstore.Object) error {
		keys = append(keys, o.Key)
		return nil
	}))
	require.Equal(t, []string{original, key}, keys)

	seen, err := f.Stat(t.Context(), original)
	require.NoError(t, err)
	require.NoError(t, f.Copy(t.Context(), original, seen.ETag, "copy", "x/y"))
	f.require(t, "copy", text, "x/y")
	f.put(t, original, text, "text/markdown")
	f.require(t, original, text, "text/markdown")
	for _, key := range []string{original, key, "copy"} {
		require.NoError(t, f.Delete(t.Context(), key))
	}
	require.NoError(t, os.Remove(filepath.Join(dir, "upload")))
	for _, name := range f.names(t) {
		require.NotContains(t, name, original[:36], "nothing stays of what is deleted")
	}
}
