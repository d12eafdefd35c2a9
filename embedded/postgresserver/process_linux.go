package postgresserver

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// attributes make the child die with us and ignore the terminal's Ctrl-C: we decide the order of
// shutdown. SIGQUIT is PostgreSQL's immediate shutdown: it loses nothing committed and skips the
// checkpoint.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
}

// insideID is the user id that a namespaced PostgreSQL sees itself as; any but 0 will do.
const insideID = 1000

// namespaced runs the child in a user namespace that maps root to another id. PostgreSQL, which
// refuses to run as root, sees an ordinary user, and all its files belong to root outside, so they
// stay reachable in folders only root can enter.
func namespaced(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Getegid(), Size: 1}}
}

const canNamespace = true

// isPostmaster reports whether the process is a postmaster of this data folder. Process ids are
// reused, so a live id proves nothing.
func isPostmaster(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	// A postmaster's command line contains the folder as we passed it; a zombie's is empty.
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(line, []byte("-D\x00"+data+"\x00"))
}

// workersOn returns the processes whose working directory is the data folder: every server process
// changes to it, and stays there after its postmaster is killed.
func workersOn(data string) []int {
	folder, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil // no data, no workers
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil // without /proc, rely on PostgreSQL's own shared memory check
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		if at, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid)); err == nil && at == folder && isPostgres(pid) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// isPostgres excludes, for example, an operator's shell whose working directory is the data folder.
func isPostgres(pid int) bool {
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && strings.HasPrefix(filepath.Base(program), "postgres") // " (deleted)" follows after an upgrade
}
