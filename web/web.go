// Package web serves the app of Larder, which is built into the binary. Its sources are in src; `make build`
// builds them into dist/app, for whoever serves them from a folder, and into packed, for the binary. Neither is
// kept in version control. A binary that was built without them serves a page that says so.
package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
)

//go:embed all:packed
var packed embed.FS

//go:embed unbuilt
var unbuilt embed.FS

// Handler serves the app: its files, and for every other address that a page may have the one page that draws
// them all. Origins are further ones that pictures and files come from, as "https://cdn.example"; none where
// they have the app's own.
func Handler(origins ...string) (http.Handler, error) {
	files, err := built()
	if err != nil {
		return nil, err
	}
	assets, err := load(files)
	if err != nil {
		return nil, fmt.Errorf("load the app: %w", err)
	}
	return &app{assets: assets, policy: policy(origins)}, nil
}

func built() (fs.FS, error) { return builtOr("packed/app", unbuilt, "unbuilt") }

// builtOr gives a folder of what "make web-build" makes, and one that stands in for it where nothing was built.
func builtOr(folder string, instead fs.FS, at string) (fs.FS, error) {
	_, err := fs.Stat(packed, folder+"/index.html.gz")
	switch {
	case err == nil:
		return fs.Sub(packed, folder)
	case errors.Is(err, fs.ErrNotExist):
		return fs.Sub(instead, at)
	default:
		return nil, fmt.Errorf("look for the pages in %s: %w", folder, err)
	}
}

// policy lets the app load what is its own, and nothing else: no script or style that stands in a page, since
// a recipe's text must never become one.
func policy(origins []string) string {
	from := strings.Join(append([]string{"'self'"}, origins...), " ")
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"font-src 'self'",
		"img-src blob: " + from, // blob: is a picture that was taken and isn't uploaded yet
		"connect-src " + from,
		"manifest-src 'self'",
		"worker-src 'self'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	}, "; ")
}

// protections are the other headers that every address of the app has. Those who serve it in other places (deploy) say them
// too, which a test compares; CloudFront has a switch for nosniff.
func protections() map[string]string {
	return map[string]string{
		"Referrer-Policy":            "same-origin",
		"Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy":         "camera=(self), screen-wake-lock=(self), geolocation=(), microphone=(), payment=()",
	}
}

type app struct {
	assets map[string]asset
	policy string
}

func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", a.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	for name, value := range protections() {
		h.Set(name, value)
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "These are pages: they can be got, and nothing else.", http.StatusMethodNotAllowed)
		return
	}
	found, ok := a.find(r.URL.Path)
	if !ok {
		http.NotFound(w, r)
		return
	}
	found.serve(w, r)
}

// pages are the addresses of the app that have no file: index.html draws them. They are the routes of src/app/router.tsx,
// and a test compares them with wherever else they have to be known.
var pages = regexp.MustCompile(`^/(login|recipes/[^/.]+(/(cook|edit))?)?/?$`)

// find gives the file at an address. Nothing but a page of the app is answered with the app: who asks for a script that
// is gone, or for a probe that isn't there, must not be told that all is well.
func (a *app) find(address string) (asset, bool) {
	address = path.Clean("/" + address)
	if pages.MatchString(address) {
		address = "/index.html"
	}
	found, ok := a.assets[strings.TrimPrefix(address, "/")]
	return found, ok
}
