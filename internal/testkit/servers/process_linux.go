package servers

import "syscall"

// attributes are those of a child that ends with us and doesn't hear our terminal's Ctrl-C.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
