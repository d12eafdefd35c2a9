package postgresserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A killed parent's server ends even if nobody starts a new one.
func TestKilledParentsServerEndsByItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	parent, _ := startParent(t, dir)
	data := filepath.Join(dir, "data")
	require.NotEmpty(t, workersOn(data))
	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	until(t, func() bool { return len(workersOn(data)) == 0 })
}

// Root runs PostgreSQL as another user if user namespaces are forbidden, as in some containers.
func TestRootWithoutNamespaces(t *testing.T) {
	t.Parallel()
	find := newFinder()
	find.namespaces = false
	// Another user must be able to reach this folder; only root can enter the test's own.
	dir, err := os.MkdirTemp("", "larder-test-*") //nolint:usetesting // see above
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the test needs it
	opts := Options{Dir: filepath.Join(dir, "postgres")}

	server, err := start(testContext(t), opts, find)
	require.NoError(t, err)
	execute(t, connect(t, server.URL("postgres")), "CREATE TABLE kept AS SELECT 1")
	owner, err := os.Stat(filepath.Join(opts.Dir, "data", "PG_VERSION"))
	require.NoError(t, err)
	stat, ok := owner.Sys().(*syscall.Stat_t)
	require.True(t, ok)
	require.NotZero(t, stat.Uid, "PostgreSQL's data mustn't belong to root here")
	require.NoError(t, stopServer(server))

	// The same data, on a machine that does have namespaces.
	server, err = Start(testContext(t), opts)
	require.NoError(t, err)
	require.Equal(t, 1, count(t, server.URL("postgres")))
	require.NoError(t, stopServer(server))
}

// A full disk gives an error that says so, and leaves nothing that looks like data.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	// The disk is a small in-memory one, mounted by a process of its own in its own namespace.
	self := exec.CommandContext(testContext(t), executable(t))
	self.Env = append(os.Environ(), fullDisk+"="+t.TempDir())
	self.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	output, err := self.CombinedOutput()
	require.NoError(t, err, string(output))
}

func startOnFullDisk(dir string) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=8m"); err != nil {
		fmt.Fprintln(os.Stdout, "mount:", err)
		os.Exit(1)
	}
	_, err := Start(context.Background(), Options{Dir: dir})
	fmt.Fprintln(os.Stdout, err)
	if !errors.Is(err, ErrDiskFull) {
		os.Exit(1)
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); err == nil {
		fmt.Fprintln(os.Stdout, "half a cluster was left behind")
		os.Exit(1)
	}
}
