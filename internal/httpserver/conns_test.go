package httpserver_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/testkit"
)

// Opening endless connections and sending nothing, or nothing more, takes no more files and memory
// than a thousand do: the oldest are closed. Others are answered meanwhile.
func TestConnectionsThatWaitAreBounded(t *testing.T) {
	t.Parallel()
	for name, said := range map[string]string{
		"nothing":        "",
		"half a request": "GET / HTTP/1.1\r\nHost: lo",
		"one request":    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := serving(t)
			var first net.Conn
			for i := range 1100 {
				conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
				require.NoError(t, err)
				t.Cleanup(func() { _ = conn.Close() })
				_, err = io.WriteString(conn, said)
				require.NoError(t, err)
				if name == "one request" {
					answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
					require.NoError(t, err)
					require.NoError(t, answer.Body.Close())
				}
				if i == 0 {
					first = conn
				}
			}
			require.NoError(t, first.SetReadDeadline(time.Now().Add(2*time.Second))) // less than the server's own timeout
			_, err := io.Copy(io.Discard, first)
			var late net.Error
			require.False(t, errors.As(err, &late) && late.Timeout(), "the oldest is open")
			answer, err := http.Get("http://" + address)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			require.Equal(t, http.StatusNoContent, answer.StatusCode)
		})
	}
}

// serving returns the address of a server that answers everything with 204.
func serving(t *testing.T) string {
	t.Helper()
	listener, err := httpserver.Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	life, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	go func() { ended <- httpserver.Serve(life, listener, handler, slog.New(slog.DiscardHandler)) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, testkit.Wait(t, ended, "the end of the server"))
	})
	return listener.Addr().String()
}

// A request that is read from a connection which is about to be closed as idle isn't begun: its
// answer couldn't be sent. One that was read before is.
func TestLateRequestIsNotBegun(t *testing.T) {
	t.Parallel()
	early, late := connection(t), connection(t)
	conns := httpserver.NewConns()
	for _, conn := range []net.Conn{early, late} {
		for _, state := range []http.ConnState{http.StateNew, http.StateActive, http.StateIdle} {
			conns.Follow(conn, state)
		}
	}
	conns.Follow(early, http.StateActive)
	conns.Stop()
	conns.Follow(late, http.StateActive)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	require.NoError(t, err)
	begun := 0
	begin := func(conn net.Conn) {
		conns.Begin(conn, request, func(http.ResponseWriter, *http.Request) { begun++ })
	}
	begin(early)
	require.Equal(t, 1, begun)
	require.PanicsWithValue(t, http.ErrAbortHandler, func() { begin(late) })
	require.Equal(t, 1, begun)
}

func connection(t *testing.T) net.Conn {
	t.Helper()
	conn, other := net.Pipe()
	t.Cleanup(func() { _, _ = conn.Close(), other.Close() })
	return conn
}
