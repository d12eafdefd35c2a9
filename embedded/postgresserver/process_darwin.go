package postgresserver

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes keep the terminal's Ctrl-C from the child: we decide the order of shutdown. macOS
// can't end a child when its parent dies; the next start ends it (endOrphan).
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func namespaced(*syscall.SysProcAttr) {}

const canNamespace = false

// isPostmaster reports whether the process is a postmaster of this data folder. Process ids are
// reused, so a live id proves nothing.
func isPostmaster(pid int, data string) bool {
	if pid <= 0 {
		return false
	}
	line, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(line), "-D "+data)
}

// workersOn has no cheap implementation here. PostgreSQL checks its shared memory itself and
// refuses to start while an old backend lives.
func workersOn(string) []int { return nil }
