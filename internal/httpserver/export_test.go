package httpserver

import (
	"context"
	"net"
	"net/http"
)

// Conns tracks connections like a server's.
type Conns struct{ conns *conns }

// NewConns returns a Conns without connections.
func NewConns() Conns { return Conns{newConns()} }

// Follow tells it of a connection's new state.
func (c Conns) Follow(conn net.Conn, state http.ConnState) { c.conns.follow(conn, state) }

// Stop closes what is unused.
func (c Conns) Stop() { c.conns.wait(0) }

// Begin begins a request of a connection.
func (c Conns) Begin(conn net.Conn, r *http.Request, handler http.HandlerFunc) {
	c.conns.begin(handler).ServeHTTP(nil, r.WithContext(c.conns.mark(context.Background(), conn)))
}
