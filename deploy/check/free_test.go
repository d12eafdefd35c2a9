package check

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The free variant's files are valid for their readers: CircleCI's schema, and a Procfile runner.
func TestFreeFiles(t *testing.T) {
	t.Parallel()
	run(t, nil, "check-jsonschema", "--builtin-schema", "vendor.circle-ci", "deploy/free/circleci.yml")
	run(t, nil, "honcho", "-f", "deploy/free/Procfile", "check")
}

// The page's script prints passwords that larder accepts, one per component with a role.
func TestFreeRolePasswords(t *testing.T) {
	t.Parallel()
	_, after, found := strings.Cut(read(t, "deploy", "free", "README.md"), "prints `LARDER_ROLE_PASSWORDS`:\n\n")
	require.True(t, found)
	script, _, _ := strings.Cut(after, "\n\n")
	printed := strings.TrimSpace(run(t, nil, "bash", "-euo", "pipefail", "-c", script))
	require.Regexp(t, `^command-api=\w{48};query-api=\w{48};file-service=\w{48};relay=\w{48};projectors=\w{48}$`, printed)
}

// larder reads every variable that sets up the app.
func TestFreeEnvironment(t *testing.T) {
	t.Parallel()
	var app struct {
		Env map[string]any `json:"env"`
	}
	require.NoError(t, json.Unmarshal([]byte(read(t, "deploy", "free", "app.json")), &app))
	known := settings(t)
	require.NotEmpty(t, app.Env)
	for name := range app.Env {
		require.True(t, known[name], name)
	}
}
