package check

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// What the free variant is described by is read by those it is for: CircleCI's schema, and a runner of Procfiles.
func TestFreeFiles(t *testing.T) {
	t.Parallel()
	run(t, nil, "check-jsonschema", "--builtin-schema", "vendor.circle-ci", "deploy/free/circleci.yml")
	run(t, nil, "honcho", "-f", "deploy/free/Procfile", "check")
}

// Every variable that the app is set up with is one that larder reads.
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
