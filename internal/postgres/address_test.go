package postgres_test

import (
	"context"
	"io"
	"net"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
)

// forward forwards connections from an address to a server, until the end of the test.
func forward(t *testing.T, address, server string) net.Listener {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := (&net.Dialer{}).DialContext(context.WithoutCancel(t.Context()), "tcp", server)
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
		}
	}()
	return listener
}

// When a name points to another server, a pool with live connections moves there within 10 s; a
// resolver outage changes nothing.
func TestPoolFollowsItsName(t *testing.T) {
	t.Parallel()
	at, err := url.Parse(testkit.Postgres(t, nil))
	require.NoError(t, err)
	old := forward(t, "127.0.0.2:0", at.Host)
	_, port, err := net.SplitHostPort(old.Addr().String())
	require.NoError(t, err)
	forward(t, net.JoinHostPort("127.0.0.3", port), at.Host)
	at.Host = net.JoinHostPort("primary.example", port)

	var leads atomic.Value
	leads.Store("127.0.0.2")
	pool, err := postgres.Open(t.Context(), at.String(), postgres.Options{
		Application: "test", Lookup: func(_ context.Context, host string) ([]string, error) {
			if to := leads.Load().(string); host == "primary.example" && to != "" {
				return []string{to}, nil
			}
			return nil, &net.DNSError{Err: "no such host", Name: host}
		},
	})
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	server := func() string {
		conn, err := pool.Acquire(testkit.Context(t))
		require.NoError(t, err)
		defer conn.Release()
		require.NoError(t, conn.Ping(testkit.Context(t)))
		return conn.Conn().PgConn().Conn().RemoteAddr().(*net.TCPAddr).IP.String()
	}
	require.Equal(t, "127.0.0.2", server())
	leads.Store("127.0.0.3")
	changed := time.Now()
	testkit.Until(t, "the pool asks the other server", func() bool { return server() == "127.0.0.3" })
	require.Less(t, time.Since(changed), 10*time.Second)
	leads.Store("")
	require.Equal(t, "127.0.0.3", server())
}
