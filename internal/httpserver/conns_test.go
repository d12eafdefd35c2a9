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
