package buildinfo

import (
	"runtime/debug"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
)

// go build's stamp is read, and an unstamped build is "dev" without a commit.
func TestStamped(t *testing.T) {
	t.Parallel()
	version, revision, modified := stamped(&debug.BuildInfo{
		Main: debug.Module{Version: "v1.2.3"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "baaccdb4a7c1d2e3f4"}, {Key: "vcs.modified", Value: "true"},
		},
	})
	require.Equal(t, "v1.2.3", version)
	require.Equal(t, "baaccdb4a7c1d2e3f4", revision)
	require.True(t, modified)

	version, revision, modified = stamped(&debug.BuildInfo{Main: debug.Module{Version: "(devel)"}})
	require.Empty(t, version)
	require.Empty(t, revision)
	require.False(t, modified)
	require.Equal(t, Unknown, Read().Version, "a test binary has no stamp")
}

// The line has a short commit, and says if the build had uncommitted changes.
func TestString(t *testing.T) {
	t.Parallel()
	require.Equal(t, "v1.2.3 (commit baaccdb4a7c1, modified, go1.26, linux/amd64)",
		Info{Version: "v1.2.3", Revision: "baaccdb4a7c1d2e3f4", Modified: true, Go: "go1.26", Platform: "linux/amd64"}.String())
	require.Equal(t, "dev (go1.26, linux/amd64)", Info{Version: Unknown, Go: "go1.26", Platform: "linux/amd64"}.String())
}

// The metric has the build in its labels.
func TestMetric(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	registry.MustRegister(Metric())
	families, err := registry.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	labels := map[string]string{}
	for _, label := range families[0].GetMetric()[0].GetLabel() {
		labels[label.GetName()] = label.GetValue()
	}
	require.Equal(t, map[string]string{"version": Unknown, "revision": "", "goversion": Read().Go}, labels)
	require.InDelta(t, 1, families[0].GetMetric()[0].GetGauge().GetValue(), 0)
}
