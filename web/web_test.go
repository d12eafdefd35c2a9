package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// files is an app as built.
func files() fstest.MapFS {
	return fstest.MapFS{
		"index.html":          {Data: []byte("<p>the page")},
		"index.html.br":       {Data: []byte("page as br")},
		"index.html.gz":       {Data: []byte("page as gzip")},
		"sw.js":               {Data: []byte("worker")},
		"assets/main-4711.js": {Data: []byte("script")},
	}
}

func get(t *testing.T, address, encodings string) *http.Response {
	t.Helper()
	assets, err := load(files())
	require.NoError(t, err)
	request := httptest.NewRequest(http.MethodGet, address, nil)
	request.Header.Set("Accept-Encoding", encodings)
	recorder := httptest.NewRecorder()
	(&app{assets: assets, policy: policy(nil)}).ServeHTTP(recorder, request)
	return recorder.Result()
}

// App addresses without a file get index.html. Unknown addresses are 404: a request for a missing
// probe or script must not look successful.
func TestOnlyTheAppsAddressesAreTheIndex(t *testing.T) {
	t.Parallel()
	for address, status := range map[string]int{
		"/":                     http.StatusOK,
		"/?q=soup":              http.StatusOK,
		"/login":                http.StatusOK,
		"/recipes/new":          http.StatusOK,
		"/recipes/0eaf":         http.StatusOK,
		"/recipes/0eaf/":        http.StatusOK,
		"/recipes/0eaf/cook":    http.StatusOK,
		"/recipes/0eaf/edit":    http.StatusOK,
		"/recipes/0eaf/history": http.StatusOK,
		"/assets/main-4711.js":  http.StatusOK,
		"/assets/../index.html": http.StatusOK,
		"/recipes/0eaf/eat":     http.StatusNotFound,
		"/recipes":              http.StatusNotFound,
		"/livez":                http.StatusNotFound,
		"/docs":                 http.StatusNotFound,
		"/docs/":                http.StatusNotFound,
		"/login/admin":          http.StatusNotFound,
		"/../etc/passwd":        http.StatusNotFound,
		"/assets":               http.StatusNotFound,
		"/assets/main-0815.js":  http.StatusNotFound,
		"/index.html.br":        http.StatusNotFound,
		"/favicon.ico":          http.StatusNotFound,
	} {
		require.Equal(t, status, get(t, address, "").StatusCode, address)
	}
}

// Every server configuration, and the service worker, uses the same list of app addresses.
func TestTheAppsAddressesAreTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for file, said := range map[string]string{
		"../deploy/nginx/larder.conf.template": "location ~ " + pages.String() + " {",
		"../deploy/serverless/template.yaml":   "/" + strings.ReplaceAll(pages.String(), "/", `\/`) + "/.test(request.uri)",
		"src/app/sw.ts":                        "/" + strings.ReplaceAll(strings.TrimSuffix(pages.String(), "$"), "/", `\/`) + `(\?|$)/`,
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, strings.ReplaceAll(string(text), `[^\/.]`, `[^/.]`), strings.ReplaceAll(said, `[^\/.]`, `[^/.]`), file)
	}
	var asked []string
	text, err := os.ReadFile("../deploy/free/netlify.toml")
	require.NoError(t, err)
	for _, from := range regexp.MustCompile(`from = "([^"]+)"\s+to = "/index.html"`).FindAllStringSubmatch(string(text), -1) {
		asked = append(asked, from[1])
		require.Regexp(t, pages, strings.ReplaceAll(from[1], ":id", "0eaf"))
	}
	require.Equal(t, []string{
		"/login", "/export", "/deleted", "/import", "/imports/:id", "/recipes/:id", "/recipes/:id/cook", "/recipes/:id/edit", "/recipes/:id/history",
	}, asked)
}

// The API docs page isn't part of the app: it has its own policy, and unknown addresses below it
// are 404.
func TestDocs(t *testing.T) {
	t.Parallel()
	docs, err := Docs()
	require.NoError(t, err)
	for address, status := range map[string]int{
		"/api/docs": http.StatusOK, "/api/docs/": http.StatusOK, "/api/docs/sw.js": http.StatusNotFound,
	} {
		recorder := httptest.NewRecorder()
		docs.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, address, nil))
		require.Equal(t, status, recorder.Code, address)
		require.NotContains(t, recorder.Header().Get("Content-Security-Policy"), "http", "nothing is loaded from elsewhere")
	}
}

// Files with a hash in their name are cached for ever; everything else is revalidated.
func TestOnlyHashedNamesAreKept(t *testing.T) {
	t.Parallel()
	require.Contains(t, get(t, "/assets/main-4711.js", "").Header.Get("Cache-Control"), "immutable")
	for _, address := range []string{"/", "/recipes/0eaf", "/sw.js", "/index.html"} {
		require.Equal(t, "no-cache", get(t, address, "").Header.Get("Cache-Control"), address)
	}
}

// The smallest form that the browser accepts is sent, each with its own tag.
func TestPackedForms(t *testing.T) {
	t.Parallel()
	tags := map[string]string{}
	for accepted, encoding := range map[string]string{
		"gzip, deflate, br, zstd": "br",
		"gzip":                    "gzip",
		"br;q=0, gzip;q=0.5":      "gzip",
		"":                        "",
		"identity":                "",
	} {
		answer := get(t, "/", accepted)
		require.Equal(t, encoding, answer.Header.Get("Content-Encoding"), accepted)
		require.Equal(t, "Accept-Encoding", answer.Header.Get("Vary"), accepted)
		tags[answer.Header.Get("Etag")] = encoding
	}
	require.Len(t, tags, 3)
}

// A file embedded only in compressed form is decompressed for clients that accept none, including
// ranges.
func TestUnpackedForWhoTakesNoPackedForm(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte("the script"))
	require.NoError(t, err)
	require.NoError(t, writer.Close())
	assets, err := load(fstest.MapFS{"sw.js.gz": {Data: packed.Bytes()}, "sw.js.br": {Data: []byte("as br")}})
	require.NoError(t, err)
	require.Len(t, assets, 1)
	ask := func(header, value string) *httptest.ResponseRecorder {
		request := httptest.NewRequest(http.MethodGet, "/sw.js", nil)
		request.Header.Set(header, value)
		recorder := httptest.NewRecorder()
		(&app{assets: assets}).ServeHTTP(recorder, request)
		return recorder
	}
	require.Equal(t, "as br", ask("Accept-Encoding", "gzip, br").Body.String())
	require.Equal(t, packed.String(), ask("Accept-Encoding", "gzip").Body.String())
	require.Equal(t, "the script", ask("Accept-Encoding", "identity").Body.String())
	require.Equal(t, "script", ask("Range", "bytes=4-").Body.String())
	require.Equal(t, "text/javascript; charset=utf-8", ask("Accept-Encoding", "br").Header().Get("Content-Type"))
}

// The policy allows no inline scripts or styles.
func TestPolicyHasNothingUnsafe(t *testing.T) {
	t.Parallel()
	answer := get(t, "/recipes/0eaf", "")
	require.NotContains(t, answer.Header.Get("Content-Security-Policy"), "unsafe")
	require.Contains(t, answer.Header.Get("Content-Security-Policy"), "script-src 'self';")
	require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
	require.Contains(t, policy([]string{"https://cdn.example"}), "img-src blob: 'self' https://cdn.example;")
}

// The binary has a page, even if it was built without the app.
func TestHandlerHasAPage(t *testing.T) {
	t.Parallel()
	handler, err := Handler()
	require.NoError(t, err)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
	require.Equal(t, http.StatusOK, recorder.Code)
	require.Contains(t, recorder.Body.String(), "<title>Larder</title>")
}
