// Package larder drives the built binary from outside: it builds it, starts `larder up` in separate
// folders, runs the other commands, speaks HTTP, and inspects the stores. It only knows the outside
// contract.
package larder

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Binary returns the path of the program under test: LARDER_BIN, or bin/larder, built from this
// tree once per test binary.
func Binary(tb testing.TB) string {
	tb.Helper()
	path, err := build()
	require.NoError(tb, err)
	return path
}

//nolint:gochecknoglobals // one build serves every test of a run
var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("LARDER_BIN"); path != "" {
		return filepath.Abs(path)
	}
	root := Root()
	path := filepath.Join(root, "bin", "larder")
	// Several packages' test binaries build at once. A rename is atomic, so that none runs a
	// partial file.
	partial := fmt.Sprintf("%s.%d", path, os.Getpid())
	command := exec.Command("go", "build", "-tags", "nodynamic,nomsgpack", "-o", partial, "./cmd/larder")
	command.Dir = root
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build cmd/larder: %w\n%s", err, output)
	}
	if err := os.Rename(partial, path); err != nil {
		return "", fmt.Errorf("put the binary in its place: %w", err)
	}
	return path, nil
})

// Root returns the repository's folder.
func Root() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is needed
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
