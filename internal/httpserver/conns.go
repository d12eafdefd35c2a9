package httpserver

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"larder.dev/internal/connqueue"
)

// Limits on idle connections: those yet to send their first request, and those kept alive for the
// next. Each takes a file and some kilobytes. Above the limit, close the longest idle: real clients
// send sooner, and reopen a connection they find closed.
const (
	maxUnused = 1024
	maxIdle   = 1024
)

// conns tracks a server's idle connections. At shutdown the standard library drops a request that
// it has just read, so wait for requests in transit on unused connections; and it waits for
// connections that browsers open speculatively, so close those. It also closes a connection that it
// found idle even if a request has just been read from it, so don't begin that one: it would be done
// and not answered.
type conns struct {
	mu     sync.Mutex
	active map[net.Conn]bool // a request was read while the server wasn't stopping
	unused *connqueue.Queue  // no request yet
	idle   *connqueue.Queue
	closed bool
	none   chan struct{} // closed once no connection is unused; nil while nobody waits
}

func newConns() *conns {
	return &conns{active: map[net.Conn]bool{}, unused: connqueue.New(maxUnused), idle: connqueue.New(maxIdle)}
}

// connKey is the context key of a request's connection.
type connKey struct{}

func (c *conns) mark(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// begin records that a connection is in use. It drops a request that was read too late.
func (c *conns) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			if c.use(conn) {
				panic(http.ErrAbortHandler)
			}
		}
		next.ServeHTTP(w, r)
	})
}

// use reports whether the connection's request was read when the server had begun to close
// connections.
func (c *conns) use(conn net.Conn) (late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unused.Remove(conn)
	if c.none != nil && c.unused.Len() == 0 {
		close(c.none)
		c.none = nil
	}
	return c.closed && !c.active[conn]
}

func (c *conns) follow(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	c.idle.Remove(conn)
	if state != http.StateActive {
		delete(c.active, conn)
	} else if !c.closed {
		c.active[conn] = true
	}
	switch {
	case c.closed && state == http.StateNew:
		_ = conn.Close()
	case state == http.StateNew:
		c.unused.Add(conn)
	case state == http.StateIdle:
		c.idle.Add(conn)
	}
	c.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked { // begin handles StateActive
		c.use(conn)
	}
}

// wait returns once a request has begun on each unused connection, or closes the rest after most.
func (c *conns) wait(most time.Duration) {
	c.mu.Lock()
	none := make(chan struct{})
	if c.unused.Len() == 0 {
		close(none)
	} else {
		c.none = none
	}
	c.mu.Unlock()
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-none:
	case <-late.C:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.unused.Close()
}
