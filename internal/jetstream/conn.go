// Package jetstream is the only package that talks to NATS: streams, ordered publishing, durable
// consumers, readers, a small key-value bucket, and requests between processes. It knows nothing
// about message contents.
//
// Every call takes a context. One without a deadline gets 5 seconds, so nothing hangs on a dead
// server; calls that wait for messages wait as long as their context allows.
package jetstream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"larder.dev/internal/fulldisk"
)

// InboxPrefix is the inbox prefix of our own connections. It isn't NATS's default, so subscribers
// with other credentials can't listen to it.
const InboxPrefix = "_INBOX_larder"

const (
	requestTimeout = 5 * time.Second
	dialTimeout    = 2 * time.Second
	reconnectWait  = 250 * time.Millisecond
	reconnectNoise = 250 * time.Millisecond
)

// Errors that callers distinguish. ErrPermission means that the server denied these credentials a
// subject; otherwise a denied publish would look like a timeout.
var (
	ErrPermission   = errors.New("permission denied by the NATS server")
	ErrNotConnected = errors.New("not connected to NATS")
	ErrNotFound     = errors.New("not found")
	ErrConflict     = errors.New("another message came first")
	ErrReplaced     = errors.New("another stream is in its place")
	ErrConsumerGone = errors.New("consumer is gone")
	ErrNoResponder  = errors.New("nobody answers")
)

// Options configure a connection.
type Options struct {
	URL   string // nats://user:password@host:port, comma-separated if several
	Creds string // credentials file, "" for none
	Name  string // shown by the server, such as "larder projectors"
	Log   *slog.Logger

	// InboxPrefix is the prefix of reply subjects; "" means the constant InboxPrefix. Programs with
	// other credentials use one that they may subscribe to.
	InboxPrefix string

	// Full records whether the server refuses messages for lack of space; may be nil.
	Full *fulldisk.Mark

	// InProcess connects without a socket to a server in this process. URL still provides the user
	// and password.
	InProcess InProcess
}

// InProcess is a NATS server in this process.
type InProcess interface{ InProcessConn() (net.Conn, error) }

// Conn is a connection to NATS. It is safe for concurrent use.
type Conn struct {
	nc      *nats.Conn
	js      jetstream.JetStream
	log     *slog.Logger
	full    *fulldisk.Mark
	denials denials
	streams sync.Map // name → jetstream.Stream
	closed  chan struct{}

	mu    sync.Mutex
	again chan struct{} // closed at the next reconnect
}

// Connect returns a connection that reconnects for ever. A missing server is no error: it connects
// in the background, Ready reports when, and requests fail until then. Invalid options are an
// error. The context bounds the first attempt.
func Connect(ctx context.Context, opts Options) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	c := &Conn{log: opts.Log, full: opts.Full, closed: make(chan struct{}), again: make(chan struct{})}
	nc, err := nats.Connect(opts.URL, c.natsOptions(ctx, opts)...)
	if err != nil {
		return nil, fmt.Errorf("connect to NATS: %w", err)
	}
	c.nc = nc
	c.js, err = jetstream.New(nc, jetstream.WithDefaultTimeout(requestTimeout))
	if err != nil {
		nc.Close()
		return nil, fmt.Errorf("open JetStream: %w", err)
	}
	if !nc.IsConnected() {
		c.log.WarnContext(ctx, "waiting for NATS")
	}
	return c, nil
}

func (c *Conn) natsOptions(ctx context.Context, opts Options) []nats.Option {
	list := []nats.Option{
		nats.Name(opts.Name),
		nats.CustomInboxPrefix(cmp.Or(opts.InboxPrefix, InboxPrefix)),
		nats.Timeout(untilDeadline(ctx, dialTimeout)),
		nats.RetryOnFailedConnect(true),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(reconnectWait),
		nats.ReconnectJitter(reconnectNoise, reconnectNoise),
		// Credentials are changed on the server first; giving up on them would require a restart
		// later.
		nats.IgnoreAuthErrorAbort(),
		nats.DrainTimeout(requestTimeout),
		nats.ErrorHandler(c.handleError),
		nats.DisconnectErrHandler(c.logDisconnect),
		nats.ReconnectHandler(c.logReconnect),
		nats.ClosedHandler(func(*nats.Conn) { close(c.closed) }),
	}
	if opts.Creds != "" {
		list = append(list, nats.UserCredentials(opts.Creds))
	}
	if opts.InProcess != nil {
		list = append(list, nats.InProcessServer(opts.InProcess))
	}
	return list
}

// Ready returns nil while connected, else ErrNotConnected.
func (c *Conn) Ready() error {
	if c.nc.IsConnected() {
		return nil
	}
	return fmt.Errorf("%w (%s)", ErrNotConnected, c.nc.Status())
}

// Reconnected is closed on the next reconnect: the server may have restarted meanwhile.
func (c *Conn) Reconnected() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.again
}

// WaitReady returns once connected. The error is the context's.
func (c *Conn) WaitReady(ctx context.Context) error {
	changed := c.nc.StatusChanged(nats.CONNECTED)
	defer c.nc.RemoveStatusListener(changed)
	for !c.nc.IsConnected() {
		select {
		case <-changed:
		case <-c.closed:
			return fmt.Errorf("wait for NATS: %w", ErrNotConnected)
		case <-ctx.Done():
			return fmt.Errorf("wait for NATS: %w", ctx.Err())
		}
	}
	return nil
}

// Flush returns once the server has everything sent before, such as acknowledgements.
func (c *Conn) Flush(ctx context.Context) error {
	ctx, cancel := withDeadline(ctx)
	defer cancel()
	if err := c.nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("flush to NATS: %w", err)
	}
	return nil
}

// Close drains the connection, then closes it.
func (c *Conn) Close() {
	if !c.nc.IsConnected() {
		c.nc.Close()
		return
	}
	if err := c.nc.Drain(); err != nil {
		c.nc.Close()
		return
	}
	<-c.closed
}

func (c *Conn) handleError(_ *nats.Conn, sub *nats.Subscription, err error) {
	if subject, ok := deniedSubject(err); ok {
		const text = "NATS denied a subject to these credentials"
		if c.denials.report(subject) {
			c.log.Debug(text, slog.String("subject", subject)) // the requester gets the error and decides
			return
		}
		c.log.Error(text, slog.String("subject", subject))
		return
	}
	attrs := []any{slog.Any("error", err)}
	if sub != nil {
		attrs = append(attrs, slog.String("subject", sub.Subject))
	}
	c.log.Warn("NATS reported an error", attrs...)
}

func (c *Conn) logDisconnect(_ *nats.Conn, err error) {
	if err != nil {
		c.log.Warn("connection to NATS lost, reconnecting", slog.Any("error", err))
	}
}

func (c *Conn) logReconnect(nc *nats.Conn) {
	c.mu.Lock()
	close(c.again)
	c.again = make(chan struct{})
	c.mu.Unlock()
	c.log.Info("connected to NATS", slog.String("server", nc.ConnectedServerName()))
}

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, requestTimeout)
}

func untilDeadline(ctx context.Context, most time.Duration) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return most
	}
	return min(most, time.Until(deadline))
}
