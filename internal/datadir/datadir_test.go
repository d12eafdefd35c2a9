package datadir_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/datadir"
)

// A password is created once, is long, and only its owner can read it.
func TestSecretIsKept(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	first, err := datadir.Secret(path)
	require.NoError(t, err)
	require.Len(t, first, 48)
	second, err := datadir.Secret(path)
	require.NoError(t, err)
	require.Equal(t, first, second)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// A file left empty by a crash doesn't become an empty password.
func TestDamagedSecretIsReplaced(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	secret, err := datadir.Secret(path)
	require.NoError(t, err)
	require.Len(t, secret, 48)
}

// The stored port is reused while it is free, and dropped if it is taken or not a number.
func TestPort(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "port")
	require.Zero(t, datadir.Port(path))
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	port := portOf(t, listener)
	require.NoError(t, datadir.KeepPort(path, port))
	require.Zero(t, datadir.Port(path), "somebody listens there")
	require.NoError(t, listener.Close())
	require.Equal(t, port, datadir.Port(path))
	require.NoError(t, os.WriteFile(path, []byte("a port"), 0o600))
	require.Zero(t, datadir.Port(path))
}

// The lock has one holder at a time; once released, another can take it.
func TestLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, err := datadir.Acquire(dir)
	require.NoError(t, err)
	_, err = datadir.Acquire(dir)
	require.ErrorIs(t, err, datadir.ErrInUse)
	require.NoError(t, first.Release())
	second, err := datadir.Acquire(dir)
	require.NoError(t, err)
	require.NoError(t, second.Release())
}

// A file being replaced is never visible in part, and leaves nothing beside it.
func TestWriteReplacesWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	require.NoError(t, datadir.Write(path, []byte("long and old")))
	require.NoError(t, datadir.Write(path, []byte("new")))
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "new", string(text))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
}

func portOf(t *testing.T, listener *net.TCPListener) int {
	t.Helper()
	address, ok := listener.Addr().(*net.TCPAddr)
	require.True(t, ok)
	return address.Port
}
