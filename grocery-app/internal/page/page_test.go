package page

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"testing"
)

// Each file of the page has its proper media type, even on a machine that knows none.
func TestMediaTypes(t *testing.T) {
	t.Parallel()
	types := map[string]string{
		".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
		".svg": "image/svg+xml", ".png": "image/png", ".webmanifest": "application/manifest+json",
	}
	pages := Over(http.NotFoundHandler())
	files, err := fs.Glob(folder(), "*.*")
	if err != nil || len(files) == 0 {
		t.Fatalf("files of the page: %v (%v)", files, err)
	}
	for _, name := range files {
		address := Path + name
		if name == "index.html" {
			address = Path
		}
		answer := httptest.NewRecorder()
		pages.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address, nil))
		if got, want := answer.Header().Get("Content-Type"), types[path.Ext(name)]; answer.Code != http.StatusOK || got != want {
			t.Errorf("%s: %d %q, want 200 %q", address, answer.Code, got, want)
		}
	}
}
