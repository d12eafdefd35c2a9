package postgresserver

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes keep our terminal's Ctrl-C from the child: the order in which things stop is ours to
// decide. This system can't end a child at its parent's death; the next start ends it (endOrphan).
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func namespaced(*syscall.SysProcAttr) {}

const canNamespace = false

// isPostmaster says whether the process is a postmaster of this data folder. Process ids are used
// again, so being alive proves nothing.
func isPostmaster(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "-D "+data)
}

// workersOn can't be asked here cheaply. PostgreSQL checks its shared memory by itself and refuses to
// start while an old backend lives.
func workersOn(string) []int { return nil }
