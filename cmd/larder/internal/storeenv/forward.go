package storeenv

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"sync"
)

// Forwarding gives a socket a port of this machine.
type Forwarding struct {
	listener net.Listener
	socket   string
	cancel   context.CancelFunc
	running  sync.WaitGroup
	log      *slog.Logger
}

// Forward listens on any port of the loopback address and passes what comes on to the socket at address, until Close.
func Forward(ctx context.Context, address string, log *slog.Logger) (*Forwarding, error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of a socket: %w", err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", parsed.Path, err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	f := &Forwarding{listener: listener, socket: parsed.Path, cancel: cancel, log: log}
	f.running.Go(func() { f.accept(ctx) })
	return f, nil
}

// URL is where to.
func (f *Forwarding) URL() string { return "http://" + f.listener.Addr().String() }

// Close ends it and every connection.
func (f *Forwarding) Close() {
	f.cancel()
	_ = f.listener.Close()
	f.running.Wait()
}

func (f *Forwarding) accept(ctx context.Context) {
	for {
		conn, err := f.listener.Accept()
		if err != nil {
			return // it is closed
		}
		f.running.Go(func() {
			if err := f.pass(ctx, conn); err != nil {
				f.log.Warn("a connection to the socket broke", "socket", f.socket, "error", err)
			}
		})
	}
}

// pass copies both ways until both sides have said all, or ctx is done.
func (f *Forwarding) pass(ctx context.Context, from net.Conn) error {
	defer func() { _ = from.Close() }()
	to, err := (&net.Dialer{}).DialContext(ctx, "unix", f.socket)
	if err != nil {
		return fmt.Errorf("reach the socket: %w", err)
	}
	defer func() { _ = to.Close() }()
	defer context.AfterFunc(ctx, func() { _, _ = from.Close(), to.Close() })()
	var failed [2]error
	var copying sync.WaitGroup
	copying.Go(func() { failed[0] = copyAll(to, from) })
	copying.Go(func() { failed[1] = copyAll(from, to) })
	copying.Wait()
	return errors.Join(failed[:]...)
}

// copyAll copies one way, and says that this was all.
func copyAll(to, from net.Conn) error {
	_, err := io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // which fails where the other side is gone
	}
	if err != nil && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("copy: %w", err)
	}
	return nil
}
