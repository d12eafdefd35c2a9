package datadir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// ErrInUse says that a living process holds the folder.
var ErrInUse = errors.New("folder is in use by another process")

// LockFile is the name of the file in the folder that [Acquire] locks.
const LockFile = "lock"

// Lock is the hold of one process on a server's folder.
type Lock struct{ file *os.File }

// Acquire takes the folder for this process, or returns [ErrInUse]. The kernel frees it when the
// process ends, however it ends, so there is no stale lock. The lock is not inherited by a child.
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

// Release gives the folder back.
func (l *Lock) Release() error {
	// A child that is being started holds a copy of the file for a moment, and with it the lock: closing
	// ours would leave the folder taken until the child is under way.
	unlocked := syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN)
	if err := errors.Join(unlocked, l.file.Close()); err != nil {
		return fmt.Errorf("release lock %s: %w", l.file.Name(), err)
	}
	return nil
}
