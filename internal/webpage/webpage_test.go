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

// Redirects lead to the page, under its final address.
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

// Text is UTF-8 whatever its declared encoding; without one it is left unchanged.
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

// Anything but the page is an error that says what to do.
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

// A page that doesn't arrive is only waited for as long as the caller wants.
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

// A stranger's address reaches no machine on this network, by any of its names.
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

// A file's name isn't mistaken for an address.
func TestIsAddress(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"http://x": true, "HTTPS://x/y": true, "-": false, "soup.html": false, "/tmp/http://x": false, "http:soup": false, "http://": false,
		"ftp://x": false, "file:///x": false,
	} {
		require.Equal(t, want, webpage.IsAddress(text), text)
	}
}

// Other spellings of a private address, and a redirect to one, lead nowhere either.
func TestGetStaysOutsideBySpellingAndRedirect(t *testing.T) {
	t.Parallel()
	base := site(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	port := base[len("http://127.0.0.1"):]
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[0:0:0:0:0:ffff:7f00:1]", "localhost.", "127.0.0.1."} {
		_, err := webpage.Fetcher{}.Get(t.Context(), "http://"+host+port)
		require.Error(t, err, host)
	}
	door := site(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, base, http.StatusFound) })
	_, err := webpage.Fetcher{Allow: []string{strings.TrimPrefix(door, "http://")}}.Get(t.Context(), door)
	require.ErrorIs(t, err, webpage.ErrPrivate)
}

// A host that is allowed is reached though it is private, by its name with or without its port, and
// no other port with it.
func TestAllow(t *testing.T) {
	t.Parallel()
	base := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "soup") })
	other := site(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	at := strings.TrimPrefix(base, "http://")
	for _, allow := range []string{at, "127.0.0.1"} {
		page, err := webpage.Fetcher{Allow: []string{allow}}.Get(t.Context(), base)
		require.NoError(t, err)
		require.Equal(t, "soup", string(page.Content))
	}
	_, err := webpage.Fetcher{Allow: []string{at}}.Get(t.Context(), other)
	require.ErrorIs(t, err, webpage.ErrPrivate)
}
