// Package larder drives the built binary from outside: it builds it, starts `larder up` in folders of its
// own, runs the other commands, speaks HTTP, and looks into the stores. It knows the outside contract and
// nothing of what is behind it.
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

// Binary gives the path of the program under test: LARDER_BIN, or bin/larder built from this tree, once a
// test binary.
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
	// Test binaries of several packages build at once. A rename is one step, so that none runs half a file.
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

// Root is the folder of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0) //nolint:dogsled // only the file is asked for
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
