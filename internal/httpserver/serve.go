package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"syscall"
	"time"
)

// Limits of a connection. They are wider than the deadline of a request, which answers; these break off.
const (
	headerTimeout   = 5 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 32 << 10
	shutdownTimeout = time.Second
	// arriving is how long a connection that was made before the end may take to bring its request: a proxy sends it at once.
	arriving = 500 * time.Millisecond
)

// stoppingKey leads from a request's context to one that is done when the server begins to stop.
type stoppingKey struct{}

// Listen opens an address as "127.0.0.1:8080"; port 0 is any free one. The error is one line for the
// person who started the program, above all where the port is occupied.
func Listen(ctx context.Context, addr string) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return listener, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is occupied by another program: stop it, or choose another with --addr or LARDER_ADDR", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("the address %s isn't allowed to this user: choose a port above 1023 with --addr or LARDER_ADDR", addr)
	default:
		return nil, fmt.Errorf("open the address %s: %w", addr, err)
	}
}

// Serve serves on a listener until ctx is done. Then it takes no new requests, ends what is LongLived, and lets the
// others come to their end, for a second at most: whoever stops a server waits for it, and who is broken off
// tries again. It gives nil after such an end.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	// Requests outlive ctx: one that is being answered is let come to its end.
	base := context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, stopping)
	unused := &unusedConns{open: map[net.Conn]struct{}{}}
	server := &http.Server{
		ConnState:         unused.follow,
		Handler:           unused.begin(boundRanges(handler)),
		ConnContext:       unused.mark,
		BaseContext:       func(net.Listener) context.Context { return base },
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	listener = answeringLast(listener)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve HTTP at %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stop()
	server.SetKeepAlivesEnabled(false)
	_ = listener.Close()
	if err := <-failed; !errors.Is(err, net.ErrClosed) { // from here on no connection comes
		log.WarnContext(ctx, "HTTP ended otherwise than by its end", "error", err)
	}
	unused.wait(arriving)
	return shutdown(ctx, server, log)
}

func shutdown(ctx context.Context, server *http.Server, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Info("requests were broken off, since the server stops", "after", shutdownTimeout)
		err = server.Close()
	}
	if err != nil {
		return fmt.Errorf("stop HTTP: %w", err)
	}
	return nil
}

// unusedConns are the connections on which no request has begun yet. The standard library drops a request that it has just
// read when it begins to shut down, so what is on its way is waited for; and it waits for connections that a browser opens
// beforehand, which are not.
type unusedConns struct {
	mu     sync.Mutex
	open   map[net.Conn]struct{}
	closed bool
	none   chan struct{} // closed once there are none; nil while nobody waits
}

// connKey leads from a request's context to its connection.
type connKey struct{}

func (u *unusedConns) mark(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// begin takes note that a connection is used.
func (u *unusedConns) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if conn, ok := r.Context().Value(connKey{}).(net.Conn); ok {
			u.used(conn)
		}
		next.ServeHTTP(w, r)
	})
}

func (u *unusedConns) used(conn net.Conn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.open, conn)
	if u.none != nil && len(u.open) == 0 {
		close(u.none)
		u.none = nil
	}
}

func (u *unusedConns) follow(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		u.add(conn)
	case http.StateClosed, http.StateHijacked:
		u.used(conn)
	case http.StateActive, http.StateIdle: // begin says so
	}
}

func (u *unusedConns) add(conn net.Conn) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		_ = conn.Close()
		return
	}
	u.open[conn] = struct{}{}
}

// wait returns when a request has begun on each, or after most, when it closes the others.
func (u *unusedConns) wait(most time.Duration) {
	u.mu.Lock()
	none := make(chan struct{})
	if len(u.open) == 0 {
		close(none)
	} else {
		u.none = none
	}
	u.mu.Unlock()
	late := time.NewTimer(most)
	defer late.Stop()
	select {
	case <-none:
	case <-late.C:
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	u.closed = true
	for conn := range u.open {
		_ = conn.Close()
	}
}
