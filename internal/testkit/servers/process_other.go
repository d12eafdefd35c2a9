//go:build !linux

package servers

import "syscall"

// attributes make a child ignore our terminal's Ctrl-C. If we are killed it survives: only Linux
// ends a child with its parent.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
