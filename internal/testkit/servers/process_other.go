//go:build !linux

package servers

import "syscall"

// attributes are those of a child that doesn't hear our terminal's Ctrl-C. It outlives us where we are
// killed: only Linux ends a child with its parent.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
