package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse means that a live process holds the folder.
var ErrInUse = errors.New("folder is in use by another process")

// LockFile is the name of the file in the folder that [Acquire] locks.
const LockFile = "lock"

// Lock is a process's hold on a server's folder.
type Lock struct{ file *os.File }

// Acquire locks the folder for this process, or returns [ErrInUse]. The kernel unlocks it when the
// process ends, however it ends, so there is no stale lock. A child doesn't inherit the lock.
func Acquire(dir string) (*Lock, error) {
	path := filepath.Join(dir, LockFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return &Lock{file: file}, nil
	}
	file.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%s: %w", dir, ErrInUse)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// Release unlocks the folder.
func (l *Lock) Release() error {
	// A child being started briefly holds a copy of the file, and so the lock: just closing ours
	// would leave the folder locked until the child has started.
	unlocked := syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	if err := errors.Join(unlocked, l.file.Close()); err != nil {
		return fmt.Errorf("release lock %s: %w", l.file.Name(), err)
	}
	return nil
}
