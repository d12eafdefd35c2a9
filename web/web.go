// Package web serves the pages of Larder.
package web

import (
	"embed"
	"io/fs"
	"net/http"
)

// policy lets the pages load their own styles and pictures, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

//go:embed static
var static embed.FS

// Handler serves the pages that are built into the binary.
func Handler() (http.Handler, error) {
	pages, err := fs.Sub(static, "static")
	if err != nil {
		return nil, err //nolint:wrapcheck // the folder's name is fixed above
	}
	files := http.FileServerFS(pages)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		files.ServeHTTP(w, r)
	}), nil
}
