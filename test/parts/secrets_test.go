package parts_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// `make compose-secrets` creates every password that the services require, and the credentials,
// once, readable only by their owner, and keeps existing ones when run again.
func TestComposeSecrets(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for _, dir := range []string{"scripts", "bin", "deploy/nats"} {
		require.NoError(t, os.MkdirAll(filepath.Join(folder, dir), 0o700))
	}
	script, err := os.ReadFile(filepath.Join(larder.Root(), "scripts", "compose-secrets"))
	require.NoError(t, err)
	program := filepath.Join(folder, "scripts", "compose-secrets")
	require.NoError(t, os.WriteFile(program, script, 0o700))
	require.NoError(t, os.Symlink(larder.Binary(t), filepath.Join(folder, "bin", "larder")))

	run := func() map[string]string {
		output, err := exec.CommandContext(t.Context(), program).CombinedOutput()
		require.NoError(t, err, string(output))
		made := map[string]string{}
		for _, name := range []string{".env", "deploy/nats/accounts/creds/relay.creds", "deploy/nats/accounts/accounts.conf"} {
			content, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			made[name] = string(content)
		}
		return made
	}
	first := run()
	services, err := os.ReadFile(filepath.Join(larder.Root(), "deploy", "compose", "services.yml"))
	require.NoError(t, err)
	wanted := names(`\$\{([A-Z0-9_]+):\?make compose-secrets writes it\}`, string(services))
	require.NotEmpty(t, wanted)
	require.Equal(t, wanted, names(`(?m)^([A-Z0-9_]+)=[0-9a-f]{48}$`, first[".env"]))
	require.Equal(t, first[".env"], run()[".env"])
	info, err := os.Stat(filepath.Join(folder, ".env"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

// names returns what the pattern's group matches in the text, sorted and distinct.
func names(pattern, text string) []string {
	var found []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, match[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}
