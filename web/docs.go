package web

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
)

//go:embed docs
var undrawn embed.FS

// docsPolicy lets the page at /api/docs load its script and the document, and nothing else. Redoc
// writes inline styles and searches in a worker that it creates from a blob; it only shows our own
// document, no user's text.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:; " +
	"connect-src 'self'; worker-src blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Docs serves the page at /api/docs, which shows the HTTP API's documentation, and its script. A
// binary built without them has only a page that links to the document.
func Docs() (http.Handler, error) {
	files, err := builtDocs()
	if err != nil {
		return nil, err
	}
	assets, err := load(files)
	if err != nil {
		return nil, fmt.Errorf("load the page of the API: %w", err)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/api/docs"), "/")
		if name == "" {
			name = "index.html"
		}
		h := w.Header()
		h.Set("Content-Security-Policy", docsPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		found, ok := assets[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		found.serve(w, r)
	}), nil
}

func builtDocs() (fs.FS, error) { return builtOr("packed/docs", undrawn, "docs") }
