package larder

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// started is the data folder created by a test binary's first start.
//
//nolint:gochecknoglobals // one first start serves every test of a run
var started struct {
	sync.Mutex

	dir string
}

// copyStarted creates a data folder as a first start leaves it.
func copyStarted(tb testing.TB, dataDir string) {
	tb.Helper()
	// cp keeps owners: PostgreSQL's files are another user's if tests run as root.
	output, err := exec.CommandContext(tb.Context(), "cp", "-a", startedOnce(tb), dataDir).CombinedOutput()
	require.NoError(tb, err, "%s", output)
	// Drop the first one's ports. Concurrent copies would all want them.
	ports, err := filepath.Glob(filepath.Join(dataDir, "*", "port"))
	require.NoError(tb, err)
	for _, port := range ports {
		require.NoError(tb, os.Remove(port))
	}
}

func startedOnce(tb testing.TB) string {
	tb.Helper()
	started.Lock()
	defer started.Unlock()
	if started.dir == "" {
		first := NewIn(tb, testkit.Scratch(tb))
		first.Start(tb)
		first.Stop(tb)
		started.dir = first.DataDir
	}
	return started.dir
}

// namesAStore reports whether a variable puts a store outside the data folder.
func namesAStore(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	return strings.HasSuffix(name, "_URL") || strings.HasPrefix(name, "LARDER_S3_")
}
