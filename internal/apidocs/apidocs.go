// Package apidocs holds the one document that describes the whole HTTP API across components, and
// what is derived from it. Both files are generated from the components' openapi.yaml files
// (web/build/api.js).
package apidocs

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Path is where the document is served.
const Path = "/api/openapi.yaml"

//go:embed openapi.yaml
var document []byte

//go:embed methods.json
var methods []byte

// Document returns the document as YAML.
func Document() []byte { return bytes.Clone(document) }

// Over serves the document, and its web pages at and below /api/docs. It passes everything else to
// next.
func Over(pages, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		isRead := r.Method == http.MethodGet || r.Method == http.MethodHead
		switch {
		case isRead && r.URL.Path == Path:
			w.Header().Set("Content-Type", "application/yaml")
			w.Header().Set("Cache-Control", "no-cache")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(document))
		case isRead && (r.URL.Path == "/api/docs" || strings.HasPrefix(r.URL.Path, "/api/docs/")):
			pages.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// Methods returns the document's methods for a path, sorted; none for an unknown path. A component
// that doesn't have a path can tell whether another one does.
func Methods(address string) []string {
	for _, known := range addresses() {
		if known.matches(address) {
			return known.methods
		}
	}
	return nil
}

type addressed struct {
	parts   []string
	methods []string
}

//nolint:gochecknoglobals // what the file says, read once
var addresses = sync.OnceValue(func() []addressed {
	var listed map[string][]string
	if err := json.Unmarshal(methods, &listed); err != nil {
		panic(err) // the file is compiled in
	}
	known := make([]addressed, 0, len(listed))
	for _, address := range slices.Sorted(maps.Keys(listed)) { // "{" sorts after letters: literal paths come first
		known = append(known, addressed{parts: strings.Split(address, "/"), methods: listed[address]})
	}
	return known
})

func (a addressed) matches(address string) bool {
	parts := strings.Split(address, "/")
	if len(parts) != len(a.parts) {
		return false
	}
	for i, part := range a.parts {
		if parts[i] == "" && i > 0 || part != parts[i] && !strings.HasPrefix(part, "{") {
			return false
		}
	}
	return true
}
