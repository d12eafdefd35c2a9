package natsaccounts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/natsaccounts"
)

// The operator stays as signed, by whichever version: a server refuses to reload with another one.
func TestIssuedAgainTheOperatorIsTheSame(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "accounts")
	_, err := natsaccounts.Issue(dir)
	require.NoError(t, err)
	conf := filepath.Join(dir, natsaccounts.ConfigFile)
	seed, err := os.ReadFile(filepath.Join(dir, "keys", "operator.seed"))
	require.NoError(t, err)
	key, err := nkeys.FromSeed(seed)
	require.NoError(t, err)
	before, err := os.ReadFile(conf)
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(before), "operator: ")
	signed, _, _ := strings.Cut(rest, "\n")
	claims, err := jwt.DecodeOperatorClaims(signed)
	require.NoError(t, err)
	claims.Tags.Add("signed-last-year") // its timestamp would always be that of signing
	older, err := claims.Encode(key)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(conf, []byte(strings.Replace(string(before), signed, older, 1)), 0o600))
	_, err = natsaccounts.Issue(dir)
	require.NoError(t, err)
	after, err := os.ReadFile(conf)
	require.NoError(t, err)
	require.Contains(t, string(after), "operator: "+older+"\n")
}
