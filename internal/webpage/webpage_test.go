package webpage_test

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/webpage"
)

func site(t *testing.T, handle http.HandlerFunc) string {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return server.URL
}

// What comes in the end is the page, under the address that it has there.
func TestGetFollowsToThePage(t *testing.T) {
	t.Parallel()
	base := site(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/short" {
			http.Redirect(w, r, "/soup?for=2#top", http.StatusFound)
			return
		}
		if !strings.Contains(r.Header.Get("User-Agent"), "Larder/") {
			w.WriteHeader(http.StatusForbidden)
		}
		w.Header().Set("Content-Encoding", "gzip")
		packed := gzip.NewWriter(w)
		_, _ = io.WriteString(packed, "<p>Soup</p>")
		_ = packed.Close()
	})
	page, err := webpage.Fetcher{Private: true}.Get(t.Context(), base+"/short")
	require.NoError(t, err)
	require.Equal(t, webpage.Page{Address: base + "/soup?for=2", Content: []byte("<p>Soup</p>")}, page)
}

// Text is UTF-8 whatever the site says it is in; what the site says nothing of is left as it came.
func TestGetDecodesText(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]string{
		"text/html; charset=ISO-8859-1":            "Crème",
		`TEXT/HTML; Charset="windows-1252"`:        "Crème",
		"text/html":                                "Cr\xe8me",
		"text/html; charset=nothing-that-is-known": "Cr\xe8me",
		"application/zip":                          "Cr\xe8me",
	} {
		base := site(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			_, _ = io.WriteString(w, "Cr\xe8me")
		})
		page, err := webpage.Fetcher{Private: true}.Get(t.Context(), base)
		require.NoError(t, err)
		require.Equal(t, want, string(page.Content), contentType)
	}
}

// What isn't the page is an error that says what one can do.
func TestGetSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	base := site(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/round":
			http.Redirect(w, r, "/round", http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/endless":
			for block := make([]byte, 1<<20); r.Context().Err() == nil; {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		case "/broken":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "less")
		case "/login":
			w.WriteHeader(http.StatusForbidden)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	for address, want := range map[string]string{
		base + "/round":               "it leads on more than 10 times",
		base + "/file":                webpage.ErrAddress.Error(),
		base + "/endless":             webpage.ErrTooLarge.Error(),
		base + "/broken":              "unexpected EOF",
		base + "/login":               "save the page in a browser and give the file",
		base + "/none":                "404 Not Found: look whether the address is right",
		"ftp://x/soup":                webpage.ErrAddress.Error(),
		"http:///soup":                webpage.ErrAddress.Error(),
		"https://larder.invalid/soup": "there is no site called larder.invalid",
		"http://127.0.0.1:1/soup":     "connection refused",
	} {
		_, err := webpage.Fetcher{Private: true}.Get(t.Context(), address)
		require.ErrorContains(t, err, want, address)
		require.ErrorContains(t, err, "fetch "+address+": ")
	}
}

// A page that doesn't come is waited for no longer than whoever asks wants.
func TestGetEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	base := site(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := webpage.Fetcher{Private: true}.Get(ctx, base)
	require.ErrorIs(t, err, context.Canceled)
}

// An address of a stranger's leads to no machine of this network, under none of the names that it has.
func TestGetStaysInThePublicInternet(t *testing.T) {
	t.Parallel()
	base := site(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	port := base[len("http://127.0.0.1"):]
	for _, host := range []string{
		"127.0.0.1", "localhost", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
		"10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
		"[fe80::1]", "[fc00::1]", "[ff02::1]", "[fec0::1]",
	} {
		_, err := webpage.Fetcher{}.Get(t.Context(), "http://"+host+port)
		require.ErrorIs(t, err, webpage.ErrPrivate, host)
	}
}

// A name of a file isn't taken for an address.
func TestIsAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http://x": true, "HTTPS://x/y": true, "-": false, "soup.html": false, "/tmp/http://x": false, "http:soup": false, "http://": false,
		"ftp://x": false, "file:///x": false,
	} {
		require.Equal(t, want, webpage.IsAddress(text), text)
	}
}
