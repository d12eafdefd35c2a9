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

// attributes are those of a child that is to die with us and not to hear our terminal's Ctrl-C: the
// order in which things stop is ours to decide. SIGQUIT is PostgreSQL's immediate shutdown: nothing
// committed is lost, and it doesn't take the time of a checkpoint.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGQUIT}
}

// insideID is the user that a namespaced PostgreSQL sees itself as; any but 0 will do.
const insideID = 1000

// namespaced runs the child in a user namespace where root's id has another number. PostgreSQL, which
// refuses root, sees an ordinary user, and all its files belong to root outside: they stay reachable
// in folders that nobody but root can enter.
func namespaced(attr *syscall.SysProcAttr) {
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Geteuid(), Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: insideID, HostID: os.Getegid(), Size: 1}}
}

const canNamespace = true

// isPostmaster says whether the process is a postmaster of this data folder. Process ids are used
// again, so being alive proves nothing.
func isPostmaster(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	// A postmaster's command line has the folder as we gave it; a zombie's is empty.
	line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && bytes.Contains(line, []byte("-D\x00"+data+"\x00"))
}

// workersOn returns the processes whose working folder is the data folder: every process of a server
// goes there, and stays there when its postmaster has been killed.
func workersOn(data string) []int {
	folder, err := filepath.EvalSymlinks(data)
	if err != nil {
		return nil // no data, no workers
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil // without /proc there is PostgreSQL's own check of its shared memory
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

// isPostgres keeps an operator's shell that stands in the data folder out of the count.
func isPostgres(pid int) bool {
	program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil && strings.HasPrefix(filepath.Base(program), "postgres") // " (deleted)" follows after an upgrade
}
