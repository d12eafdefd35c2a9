package fileservice_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/template"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// here is this folder. The object store has changed the working folder.
func here() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is asked for
	return filepath.Dir(file)
}

// nginx is the program that make fetches, or that of LARDER_TEST_NGINX.
func nginx(t *testing.T) string {
	t.Helper()
	path := os.Getenv("LARDER_TEST_NGINX")
	if path == "" {
		path = filepath.Join(here(), "..", ".tools", "nginx")
	}
	if _, err := os.Stat(path); err != nil {
		path = "/usr/sbin/nginx"
	}
	require.FileExists(t, path, "make test puts nginx there; LARDER_TEST_NGINX names another")
	return path
}

// edge is an nginx with its cache before the file service, and a counter between the two.
type edge struct {
	url  string
	asks atomic.Int64 // for files, at the origin
}

func newEdge(t *testing.T, origin string) *edge {
	t.Helper()
	e := &edge{}
	target, err := url.Parse(origin)
	require.NoError(t, err)
	pass := httputil.NewSingleHostReverseProxy(target)
	counter := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/files/") {
			e.asks.Add(1)
		}
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(counter.Close)

	// Not t.TempDir: nginx runs as somebody else where the test runs as root.
	dir, err := os.MkdirTemp("", "larder-edge-") //nolint:usetesting // said above
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o777)) //nolint:gosec // as above
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config, err := template.ParseFiles(filepath.Join(here(), "testdata", "nginx.conf"))
	require.NoError(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	var text bytes.Buffer
	require.NoError(t, config.Execute(&text, map[string]string{
		"Origin": strings.TrimPrefix(counter.URL, "http://"), "Listen": address, "Dir": dir,
	}))
	file := filepath.Join(dir, "nginx.conf")
	require.NoError(t, os.WriteFile(file, text.Bytes(), 0o644))
	command := exec.Command(nginx(t), "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", file)
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
	})
	e.url = "http://" + address
	testkit.Until(t, "nginx answers", func() bool {
		conn, err := net.DialTimeout("tcp", address, time.Second)
		if err != nil {
			return false
		}
		return conn.Close() == nil
	})
	return e
}

// read gives the status, what the cache did, and the bytes.
func (e *edge) read(t *testing.T, address string) (status int, cache, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+address, nil)
	require.NoError(t, err)
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("X-Cache"), string(content)
}

// With a real nginx before it the origin is asked once for a hundred readers, and what the origin wouldn't let
// in doesn't get in at the edge either, though the bytes are there.
func TestEdge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.cook()
	e := newEdge(t, w.url)
	f := c.attached("pie.txt", []byte("the first"))

	var readers sync.WaitGroup
	for range 100 {
		readers.Go(func() {
			response, err := http.Get(e.url + f.URL)
			if err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
	readers.Wait()
	require.EqualValues(t, 1, e.asks.Load(), "one reader asked for the others")
	status, cache, body := e.read(t, f.URL)
	require.Equal(t, []any{http.StatusOK, "HIT", "the first"}, []any{status, cache, body})

	for what, altered := range map[string]string{
		"altered": f.URL + "x", "no signature": strings.Split(f.URL, "?")[0],
		"expired": strings.Replace(f.URL, "expires=", "expires=1&was=", 1), "another's": strings.Replace(f.URL, c.id, w.cook().id, 1),
	} {
		status, _, _ := e.read(t, altered)
		require.Equal(t, http.StatusForbidden, status, what)
	}
	status, _, _ = e.read(t, f.URL)
	require.Equal(t, http.StatusOK, status, "a refusal isn't kept for the others")

	// A changed file has another address, so that it is seen at once.
	changed := c.attached("pie.txt", []byte("the second"))
	status, cache, body = e.read(t, changed.URL)
	require.Equal(t, []any{http.StatusOK, "MISS", "the second"}, []any{status, cache, body})

	// What nobody read at the edge is gone at once; what is in its cache, when the minute is over that the
	// origin gives it (docs/files.md).
	unread := c.attached("unread.txt", []byte("unread"))
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+unread.ID, "", nil).status)
	status, _, _ = e.read(t, unread.URL)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "60", c.do(http.MethodGet, f.URL, "", nil).header.Get("X-Accel-Expires"))
}
