package contract_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// One command writes what NATS servers and components need, without starting a store; run again, it
// keeps the keys.
func natsAccounts(t *testing.T, s *larder.Server) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "accounts")
	printed := s.MustRun(t, "", "nats-accounts", dir).Stdout
	require.FileExists(t, filepath.Join(dir, "accounts.conf"))
	for _, user := range []string{"relay", "query-api", "projectors", "operator", "feed", "grocery-app"} {
		path := filepath.Join(dir, "creds", user+".creds")
		require.Contains(t, printed, path)
		creds, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Contains(t, string(creds), "BEGIN USER NKEY SEED")
	}
	key := filepath.Join(dir, "keys", "operator.seed")
	before, err := os.ReadFile(key)
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(before), "SO"), "a seed of an operator")
	s.MustRun(t, "", "nats-accounts", dir)
	after, err := os.ReadFile(key)
	require.NoError(t, err)
	require.Equal(t, before, after)
	require.Equal(t, 2, s.Run(t, "", "nats-accounts").Code, "a folder must be named")
}
