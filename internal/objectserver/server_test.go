package objectserver

import (
	"log/slog"
	"net"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/serverfolder"
)

// Regression: the port was taken between the look and the library's opening of it, and the program ended. Who took
// it is not mistaken for the server, and the next port is tried.
func TestPortTakenMeanwhile(t *testing.T) { //nolint:paralleltest // the library allows one server in a process
	opts := Options{Dir: t.TempDir(), TCP: true, Log: slog.New(slog.DiscardHandler)}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, taken.Close()) })
	address, ok := taken.Addr().(*net.TCPAddr)
	require.True(t, ok)
	_, err = serve(t.Context(), opts, onPort(address.Port), "secret")
	require.ErrorIs(t, err, syscall.EADDRINUSE)

	require.NoError(t, serverfolder.KeepPort(filepath.Join(opts.Dir, "port"), address.Port))
	server, err := Start(t.Context(), opts)
	require.NoError(t, err)
	require.NotEqual(t, onPort(address.Port), server.at)
	require.NoError(t, server.Stop())
}
