package testkit

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// Mounting reruns a test in a process that may mount private disks, with no rights that its user
// lacks. env are further variables for it, NAME=value.
func Mounting(t *testing.T, test func(t *testing.T), env ...string) {
	t.Helper()
	if os.Getenv(mounting) == t.Name() {
		test(t)
		return
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v") //nolint:gosec // this program
	again.Env = append(os.Environ(), append(env, mounting+"="+t.Name())...)
	again.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	output, err := again.CombinedOutput()
	t.Log(string(output))
	require.NoError(t, err)
	require.Contains(t, string(output), "--- PASS: "+t.Name())
}

// OnSmallDisk is [Mounting] with one disk.
func OnSmallDisk(t *testing.T, bytes int, test func(t *testing.T, dir string)) {
	t.Helper()
	Mounting(t, func(t *testing.T) {
		t.Helper()
		test(t, SmallDisk(t, bytes))
	})
}

// SmallDisk mounts an empty in-memory disk of that many bytes, for a test that fills it. It
// requires [Mounting].
func SmallDisk(t *testing.T, bytes int) (dir string) {
	t.Helper()
	// Not t.TempDir: it contains the test's name, and a socket's path has no room for that.
	dir, err := os.MkdirTemp("", "larder-test-") //nolint:usetesting // see above
	require.NoError(t, err)
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=0755,size="+strconv.Itoa(bytes)))
	t.Cleanup(func() {
		require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH))
		require.NoError(t, os.RemoveAll(dir))
	})
	return dir
}

// FillDisk fills a disk, and returns a function that frees the space.
func FillDisk(t *testing.T, dir string) (makeRoom func()) {
	t.Helper()
	path := filepath.Join(dir, "filler")
	file, err := os.Create(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	for end, piece := int64(0), int64(1<<20); piece > 0; {
		if syscall.Fallocate(int(file.Fd()), 0, end, piece) == nil {
			end += piece
			continue
		}
		piece /= 2
	}
	return func() { require.NoError(t, os.Remove(path)) }
}
