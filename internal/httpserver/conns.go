package httpserver

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"larder.dev/internal/connqueue"
)

// How many connections may be open on which nobody is answered: those that have yet to bring their first request, and those
// that are kept for the next one. Each takes a file and some kilobytes. Of more the one that waited longest is closed: whoever means to
// ask does so sooner, and a client opens another for what it finds closed.
const (
	maxUnused = 1024
	maxIdle   = 1024
)

// conns are the connections of a server on which nobody is answered. The standard library drops a request that it has just
// read when it begins to shut down, so what is on its way on an unused one is waited for; and it waits for those that a
// browser opens beforehand, which are not.
type conns struct {
	mu     sync.Mutex
	unused *connqueue.Queue // no request has begun yet
	idle   *connqueue.Queue
	closed bool
	none   chan struct{} // closed once none is unused; nil while nobody waits
}

func newConns() *conns { return &conns{unused: connqueue.New(maxUnused), idle: connqueue.New(maxIdle)} }

// connKey leads from a request's context to its connection.
type connKey struct{}

func (c *conns) mark(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// begin takes note that a connection is used.
func (c *conns) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			c.use(conn)
		}
		next.ServeHTTP(w, r)
	})
}

func (c *conns) use(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unused.Remove(conn)
	if c.none != nil && c.unused.Len() == 0 {
		close(c.none)
		c.none = nil
	}
}

func (c *conns) follow(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	c.idle.Remove(conn)
	switch {
	case c.closed && state == http.StateNew:
		_ = conn.Close()
	case state == http.StateNew:
		c.unused.Add(conn)
	case state == http.StateIdle:
		c.idle.Add(conn)
	}
	c.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked { // of StateActive, begin says so
		c.use(conn)
	}
}

// wait returns when a request has begun on each, or after most, when it closes the others.
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
