package bleveindex_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
)

const owner = "ada"

func pie(i int) searchindex.Document {
	return searchindex.Document{
		ID: fmt.Sprint(i), Owner: owner, Name: fmt.Sprintf("Pie %d", i), Tags: []string{"sweet"}, Version: 1,
	}
}

func pies(n int) []searchindex.Document {
	var docs []searchindex.Document
	for i := range n {
		docs = append(docs, pie(i))
	}
	return docs
}

func total(t *testing.T, index *bleveindex.Index, query searchindex.Query) int {
	t.Helper()
	query.Owner = owner
	page, err := index.Search(t.Context(), query)
	require.NoError(t, err)
	return page.Total
}

func requireFresh(t *testing.T, index *bleveindex.Index, want bool) {
	t.Helper()
	fresh, err := index.Fresh(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, fresh)
}

// What was applied, committed or erased survives a restart, and the index isn't fresh then.
func TestReopen(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index := open(t, dir)
	requireFresh(t, index, true)
	require.NoError(t, index.Apply(t.Context(), append(pies(10),
		searchindex.Document{ID: "gone", Owner: owner, Version: 4, Deleted: true})))
	require.NoError(t, index.Close())

	index = open(t, dir)
	requireFresh(t, index, false)
	require.Equal(t, 10, total(t, index, searchindex.Query{Text: "pie"}))
	version, err := index.Version(t.Context(), owner, "gone")
	require.NoError(t, err)
	require.Equal(t, int64(4), version)

	next, err := index.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), pies(3)))
	require.NoError(t, next.Commit(t.Context()))
	require.NoError(t, index.Close())
	require.Equal(t, 3, total(t, open(t, dir), searchindex.Query{}))
}

// An index opened but never filled is still fresh after a crash: whoever fills it may not have
// started over yet.
func TestFreshLastsUntilFilled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for range 2 {
		index := open(t, dir)
		requireFresh(t, index, true)
		require.NoError(t, index.Close())
	}
}

// Two processes on one folder would destroy it; the second one is refused.
func TestOneProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index := open(t, dir)
	require.NoError(t, index.Apply(t.Context(), pies(1)))
	_, err := bleveindex.Open(dir, bleveindex.Options{})
	require.ErrorIs(t, err, bleveindex.ErrLocked)
	require.Equal(t, 1, total(t, index, searchindex.Query{}))
}

// A rebuild cut off by a crash leaves the serving generation and no litter.
func TestUnfinishedRebuildIsRemoved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	index := open(t, dir)
	require.NoError(t, index.Apply(t.Context(), pies(2)))
	require.NoError(t, index.Close())
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "generation-7"), 0o700))

	require.Equal(t, 2, total(t, open(t, dir), searchindex.Query{}))
	require.NoDirExists(t, filepath.Join(dir, "generation-7"))
}

// filesOf returns the files under dir with the suffix.
func filesOf(t *testing.T, dir, suffix string) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && strings.HasSuffix(path, suffix) {
			files = append(files, path)
		}
		return err
	}))
	require.NotEmpty(t, files)
	return files
}

func flipByte(path string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	content[len(content)/2] ^= 0xff
	return os.WriteFile(path, content, 0o600)
}

func cutInHalf(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	return os.Truncate(path, info.Size()/2)
}

func garble(path string) error {
	return os.WriteFile(path, bytes.Repeat([]byte("garbage"), 5000), 0o600)
}

// Damage of any kind gives a fresh, working index and a log line, never one that silently lacks
// documents.
func TestDamage(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]struct {
		suffix string
		do     func(path string) error
	}{
		"segment with a flipped byte":   {".zap", flipByte},
		"segment cut short":             {".zap", cutInHalf},
		"empty segment":                 {".zap", func(path string) error { return os.Truncate(path, 0) }},
		"segment missing":               {".zap", os.Remove},
		"segment of something else":     {".zap", garble},
		"directory cut short":           {"root.bolt", cutInHalf},
		"directory empty":               {"root.bolt", func(path string) error { return os.Truncate(path, 0) }},
		"directory missing":             {"root.bolt", os.Remove},
		"directory of something else":   {"root.bolt", garble},
		"name of generation missing":    {"CURRENT", os.Remove},
		"name of generation is garbage": {"CURRENT", garble},
		"name leads out of the folder": {"CURRENT", func(path string) error {
			return os.WriteFile(path, []byte("../../etc"), 0o600)
		}},
		"generation missing": {"root.bolt", func(path string) error { return os.RemoveAll(filepath.Dir(path)) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			index := open(t, dir)
			require.NoError(t, index.Apply(t.Context(), pies(200)))
			require.NoError(t, index.Close())
			for _, path := range filesOf(t, dir, damage.suffix) {
				require.NoError(t, damage.do(path))
			}

			var log bytes.Buffer
			index, err := bleveindex.Open(dir, bleveindex.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, index.Close()) })
			fresh, err := index.Fresh(t.Context())
			require.NoError(t, err)
			if !fresh {
				// Half a directory can be the half that matters.
				require.Equal(t, 200, total(t, index, searchindex.Query{Text: "pie", Tags: []string{"sweet"}}))
				return
			}
			require.Contains(t, log.String(), "starting an empty one")
			require.NoError(t, index.Apply(t.Context(), pies(5)))
			require.Equal(t, 5, total(t, index, searchindex.Query{Text: "pie"}))
		})
	}
}

// A search stops when its caller leaves.
func TestSearchStopsWithItsContext(t *testing.T) {
	t.Parallel()
	index := open(t, t.TempDir())
	require.NoError(t, index.Apply(t.Context(), pies(10)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"", "pie"} {
		_, err := index.Search(ctx, searchindex.Query{Owner: owner, Text: text})
		require.ErrorIs(t, err, context.Canceled)
	}
}

const writerDir = "BLEVEINDEX_TEST_WRITER_DIR"

// TestMain runs the writer that TestKill kills, if asked to.
func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		fmt.Fprintln(os.Stderr, writeForEver(dir))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// writeForEver applies documents and prints the number of each one that Apply acknowledged. It also
// keeps updating one document, and rebuilds now and then.
func writeForEver(dir string) error {
	ctx := context.Background()
	index, err := bleveindex.Open(dir, bleveindex.Options{})
	if err != nil {
		return err
	}
	page, err := index.Search(ctx, searchindex.Query{Owner: owner})
	if err != nil {
		return err
	}
	for i := page.Total; ; i++ {
		clock := searchindex.Document{ID: "clock", Owner: "clock", Name: fmt.Sprint(i), Version: int64(i + 1)}
		if err := index.Apply(ctx, []searchindex.Document{pie(i), clock}); err != nil {
			return err
		}
		fmt.Fprintln(os.Stdout, i)
		if i%10 != 9 {
			continue
		}
		next, err := index.Rebuild(ctx)
		if err != nil {
			return err
		}
		if err := errors.Join(next.Apply(ctx, append(pies(i+1), clock)), next.Commit(ctx)); err != nil {
			return err
		}
	}
}

// kill -9 at any moment loses nothing that Apply or Commit acknowledged, and
// leaves an index that opens.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	acknowledged := -1
	for round := range 8 {
		writer := exec.CommandContext(t.Context(), os.Args[0])
		writer.Env = append(os.Environ(), writerDir+"="+dir)
		writer.Stderr = os.Stderr
		out, err := writer.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, writer.Start())
		lines := bufio.NewScanner(out)
		for n := 0; lines.Scan(); n++ {
			acknowledged, err = strconv.Atoi(lines.Text())
			require.NoError(t, err)
			if n == 7+round {
				require.NoError(t, writer.Process.Kill())
			}
		}
		require.Error(t, writer.Wait())

		index := open(t, dir)
		requireFresh(t, index, false)
		require.GreaterOrEqual(t, total(t, index, searchindex.Query{}), acknowledged+1)
		require.GreaterOrEqual(t, total(t, index, searchindex.Query{Text: "pie", Tags: []string{"sweet"}}), acknowledged+1)
		version, err := index.Version(t.Context(), "clock", "clock")
		require.NoError(t, err)
		require.GreaterOrEqual(t, version, int64(acknowledged+1))
		require.NoError(t, index.Close())
	}
	require.Greater(t, acknowledged, 60)
}
