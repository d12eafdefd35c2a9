package fileservice_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// edge is a caching nginx in front of the file service, with a counter in between.
type edge struct {
	url  string
	asks atomic.Int64 // requests for files at the origin
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

	origin = strings.TrimPrefix(counter.URL, "http://")
	e.url = testkit.Nginx(t, testkit.Upstreams{CommandAPI: origin, QueryAPI: origin, FileService: origin, Importer: origin, GroceryApp: origin})
	return e
}

// read returns the status, the cache's verdict, and the bytes.
func (e *edge) read(t *testing.T, address string, headers ...string) (status int, cache, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.url+address, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, response.Header.Get("X-Cache"), string(content)
}

// With a real nginx in front, the origin is asked once for a hundred readers; and whoever the
// origin would refuse is refused at the edge too, even if the bytes are cached.
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

	// The edge serves its copy for the same uses as the origin, from one cache entry.
	for dest, want := range map[string][]any{
		"image": {http.StatusOK, "HIT"}, "document": {http.StatusOK, "HIT"}, "empty": {http.StatusOK, "HIT"},
		"script": {http.StatusForbidden, ""}, "serviceworker": {http.StatusForbidden, ""}, "style": {http.StatusForbidden, ""},
	} {
		status, cache, _ := e.read(t, f.URL, "Sec-Fetch-Dest", dest)
		require.Equal(t, want, []any{status, cache}, dest)
	}
	status, _, body = e.read(t, f.URL, "Range", "bytes=0-0,2-2")
	require.Equal(t, http.StatusPartialContent, status, body)
	status, _, _ = e.read(t, f.URL, "Range", "bytes=0-0"+strings.Repeat(",2-2", 1000))
	require.Equal(t, http.StatusRequestedRangeNotSatisfiable, status)

	// A changed file has another address, so the change is visible at once.
	changed := c.attached("pie.txt", []byte("the second"))
	status, cache, body = e.read(t, changed.URL)
	require.Equal(t, []any{http.StatusOK, "MISS", "the second"}, []any{status, cache, body})

	// A removed file that the edge hasn't cached is gone at once; a cached one after the minute
	// that the origin allows (docs/files.md).
	unread := c.attached("unread.txt", []byte("unread"))
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/files/"+unread.ID, "", nil).status)
	status, _, _ = e.read(t, unread.URL)
	require.Equal(t, http.StatusNotFound, status)
	require.Equal(t, "60", c.do(http.MethodGet, f.URL, "", nil).header.Get("X-Accel-Expires"))
}
