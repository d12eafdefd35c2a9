package testkit

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
)

// Scratch returns a folder shared by a binary's tests. It is removed when the binary ends.
func Scratch(tb testing.TB) string {
	tb.Helper()
	made, err := theScratch()
	if err != nil {
		tb.Fatal(err)
	}
	return made.dir
}

//nolint:gochecknoglobals // nothing but a global outlives a test
var theScratch = sync.OnceValues(makeScratch)

// scratch is a folder that is removed when the test binary ends, however it ends: a shell reads
// from a pipe, of which the kernel closes our end. testing has no hook for a binary's end.
type scratch struct {
	dir  string
	hold io.Closer // keeps the garbage collector from closing our end of the pipe
}

// makeScratch creates the folder. The shell lets its PostgreSQL stop before removing anything.
func makeScratch() (*scratch, error) {
	dir, err := os.MkdirTemp("", "larder-test-*")
	if err != nil {
		return nil, fmt.Errorf("make scratch folder: %w", err)
	}
	const script = `cat >/dev/null
pidfile="$1/postgres/data/postmaster.pid"
pid=$(head -n 1 "$pidfile" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
i=0
while [ -e "$pidfile" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i+1)); done
rm -rf "$1"`
	remover := exec.Command("sh", "-c", script, "sh", dir) //nolint:gosec,noctx // our script; it outlives every context
	hold, err := remover.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("open a pipe to the remover of %s: %w", dir, err)
	}
	if err := remover.Start(); err != nil {
		return nil, fmt.Errorf("start the remover of %s: %w", dir, err)
	}
	return &scratch{dir: dir, hold: hold}, nil
}
