package larder

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// StartFileService runs `larder file-service` as a separate process on a server's stores, and waits
// until it is ready. It ends with the test. Extra are further variables, NAME=value.
func StartFileService(tb testing.TB, server *Server, extra ...string) *Process {
	tb.Helper()
	env := environment(server.home, server.DataDir, server.RunFile(tb).environment()...)
	env = append(env, "LARDER_CDN_SECRET="+cdnSecret(tb, server))
	process := launch(tb, append(env, extra...), "file-service", "--addr", "127.0.0.1:0")
	tb.Cleanup(process.end)
	process.Ready(tb)
	return process
}

// cdnSecret is the secret with which a `larder up` signs addresses.
func cdnSecret(tb testing.TB, server *Server) string {
	tb.Helper()
	secret, err := os.ReadFile(filepath.Join(server.DataDir, "cdn-secret"))
	require.NoError(tb, err)
	return strings.TrimSpace(string(secret))
}

// At returns a client with this one's session, for a process.
func (c *Client) At(tb testing.TB, process *Process) *Client {
	tb.Helper()
	at := NewClient(process.Ready(tb))
	at.Token, at.User = c.Token, c.User
	return at
}
