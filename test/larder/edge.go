package larder

import (
	"strings"
	"sync"
	"testing"

	"larder.dev/internal/testkit"
)

// Edge is a real nginx in front of a Larder that starts later, since that needs its address.
type Edge struct {
	url string

	mu     sync.Mutex
	server *Server
}

// NewEdge starts an nginx with nothing behind it yet.
func NewEdge(tb testing.TB) *Edge {
	tb.Helper()
	e := &Edge{}
	behind := newService(tb, e.address).address()
	e.url = testkit.Nginx(tb, testkit.Upstreams{
		CommandAPI: behind, QueryAPI: behind, FileService: behind, Importer: behind, GroceryApp: behind,
	})
	return e
}

// URL is its address.
func (e *Edge) URL() string { return e.url }

// Before puts it in front of a running server.
func (e *Edge) Before(server *Server) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.server = server
}

func (e *Edge) address() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.server == nil {
		return ""
	}
	return strings.TrimPrefix(e.server.URL(), "http://")
}
