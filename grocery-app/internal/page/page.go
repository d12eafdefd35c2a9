// Package page is the grocery app's page: plain HTML, CSS and modules, without a build step.
package page

import (
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// policy lets the page load its own files and call its own server, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Path is the page's address.
const Path = "/grocery/"

//go:embed static
var static embed.FS

// Over serves the page, and passes everything else to the API.
func Over(api http.Handler) http.Handler {
	files := http.StripPrefix(Path, http.FileServerFS(folder()))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case isRead && (r.URL.Path == "/" || r.URL.Path == strings.TrimSuffix(Path, "/")):
			http.Redirect(w, r, Path, http.StatusFound)
		case !isRead || !strings.HasPrefix(r.URL.Path, Path) || strings.HasPrefix(r.URL.Path, Path+"api/"):
			api.ServeHTTP(w, r)
		default:
			h := w.Header()
			h.Set("Content-Security-Policy", policy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cache-Control", "no-cache")
			h.Set("Larder-Page", "grocery") // so that the service worker never caches another page in its place
			if path.Ext(r.URL.Path) == ".webmanifest" {
				h.Set("Content-Type", "application/manifest+json") // not in every machine's list of media types
			}
			files.ServeHTTP(w, r)
		}
	})
}

func folder() fs.FS {
	sub, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return sub
}
