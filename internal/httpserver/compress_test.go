package httpserver_test

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// answering serves a body of a type at every path, with an ETag.
func answering(t *testing.T, contentType, body string) *httptest.Server {
	t.Helper()
	handler, err := httpserver.Compress("/api/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("ETag", `"2"`)
		_, _ = io.WriteString(w, body)
	}))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// ask returns the undecoded answer.
func ask(t *testing.T, address, accepted string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(testkit.Context(t), http.MethodGet, address, nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Encoding", accepted)
	answer, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, answer.Body.Close()) })
	return answer
}

// Long API JSON is gzipped for clients that accept it, under a weak ETag, and caches learn that it
// varies.
func TestCompressJSON(t *testing.T) {
	t.Parallel()
	list := `{"items":["` + strings.Repeat("soup ", 1000) + `"]}`
	for _, contentType := range []string{"application/json", "application/json; charset=utf-8", "application/problem+json"} {
		answer := ask(t, answering(t, contentType, list).URL+"/api/recipes", "gzip, br")
		require.Equal(t, "gzip", answer.Header.Get("Content-Encoding"), contentType)
		require.Equal(t, `W/"2"`, answer.Header.Get("ETag"))
		require.Contains(t, answer.Header.Get("Vary"), "Accept-Encoding")
		unpacked, err := gzip.NewReader(answer.Body)
		require.NoError(t, err)
		body, err := io.ReadAll(unpacked)
		require.NoError(t, err)
		require.Equal(t, list, string(body))
	}
}

// Other answers and those to clients without gzip are sent unchanged, under their own ETag.
func TestCompressNothingElse(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("soup ", 1000)
	for name, answer := range map[string]*http.Response{
		"picture":   ask(t, answering(t, "image/jpeg", long).URL+"/api/files/x", "gzip"),
		"short":     ask(t, answering(t, "application/json", `{"id":1}`).URL+"/api/recipes/1", "gzip"),
		"page":      ask(t, answering(t, "application/json", long).URL+"/manifest", "gzip"),
		"no gzip":   ask(t, answering(t, "application/json", long).URL+"/api/recipes", "identity"),
		"forbidden": ask(t, answering(t, "application/json", long).URL+"/api/recipes", "gzip;q=0"),
	} {
		require.Empty(t, answer.Header.Get("Content-Encoding"), name)
		require.Equal(t, `"2"`, answer.Header.Get("ETag"), name)
	}
}

// Server-sent events arrive one by one, though the reader accepts gzip.
func TestCompressHoldsNoEventBack(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	handler, err := httpserver.Compress("/api/", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range 2 {
			_, _ = io.WriteString(w, "data: 1\n")
			_ = http.NewResponseController(w).Flush()
			<-proceed
		}
	}))
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	answer := ask(t, server.URL+"/api/events", "gzip")
	require.Empty(t, answer.Header.Get("Content-Encoding"))
	lines := bufio.NewScanner(answer.Body)
	for range 2 {
		require.True(t, lines.Scan())
		require.Equal(t, "data: 1", lines.Text())
		proceed <- struct{}{}
	}
}
