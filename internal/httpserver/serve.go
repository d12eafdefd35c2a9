package httpserver

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Connection limits. They exceed a request's deadline, which sends an answer; these cut the
// connection.
const (
	headerTimeout   = 5 * time.Second
	readTimeout     = 30 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute
	maxHeaderBytes  = 32 << 10
	shutdownTimeout = time.Second
	// arriving is how long an existing connection may take to send its request at shutdown: a proxy
	// sends it at once.
	arriving = 500 * time.Millisecond
)

// stoppingKey is the context key of a context that is done when the server begins to stop.
type stoppingKey struct{}

// Listen opens an address such as "127.0.0.1:8080"; port 0 is any free one. The error is one line
// for the person who started the program, above all if the port is taken.
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

// Serve serves on a listener until ctx is done. Then it accepts no new requests, ends LongLived
// ones, and lets the others finish for at most a second: whoever stops a server waits for it, and
// interrupted callers retry. It returns nil after such an end.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *slog.Logger) error {
	stopping, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	// Requests outlive ctx: those in progress may finish.
	base := context.WithValue(context.WithoutCancel(ctx), stoppingKey{}, stopping)
	conns := newConns()
	server := &http.Server{
		ConnState:         conns.follow,
		Handler:           conns.begin(boundRanges(handler)),
		ConnContext:       conns.mark,
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
	if err := <-failed; !errors.Is(err, net.ErrClosed) { // from here on no connection arrives
		log.WarnContext(ctx, "HTTP ended otherwise than by its end", "error", err)
	}
	conns.wait(arriving)
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
