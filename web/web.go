// Package web serves Larder's app, which is embedded in the binary. Its sources are in src; `make
// build` builds them into dist/app, to serve them from a folder, and into packed, for the binary.
// Neither is under version control. A binary built without them serves a page that says so.
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

// Handler serves the app: its files, and index.html for every page address. origins lists further
// sources of pictures and files, such as "https://cdn.example"; none if they come from the app's
// own origin.
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

// builtOr returns a folder made by "make web-build", or a stand-in if nothing was built.
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

// policy lets the app load only its own resources, and no inline scripts or styles, because a
// recipe's text must never become one.
func policy(origins []string) string {
	from := strings.Join(append([]string{"'self'"}, origins...), " ")
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"font-src 'self'",
		"img-src blob: " + from, // blob: is for pictures taken but not yet uploaded
		"connect-src " + from,
		"manifest-src 'self'",
		"worker-src 'self'",
		"base-uri 'none'",
		"form-action 'self'",
		"frame-ancestors 'none'",
	}, "; ")
}

// protections are the other headers on every address of the app. Other ways of serving it (deploy)
// set them too, which a test checks; CloudFront has a switch for nosniff.
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

// pages matches the app's addresses without a file of their own, which index.html draws. They are
// the routes of src/app/router.tsx, and a test compares them with every other place that lists
// them.
var pages = regexp.MustCompile(`^/(login|export|deleted|import|imports/[^/.]+|recipes/[^/.]+(/(cook|edit|history))?)?/?$`)

// find returns the file at an address. Only page addresses are answered with the app: a request for
// a script that is gone, or for a probe that doesn't exist, must not look successful.
func (a *app) find(address string) (asset, bool) {
	address = path.Clean("/" + address)
	if pages.MatchString(address) {
		address = "/index.html"
	}
	found, ok := a.assets[strings.TrimPrefix(address, "/")]
	return found, ok
}
