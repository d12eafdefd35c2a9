package objectstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"syscall"
	"time"
)

// nothing reports whether an error means that there is no such file.
func nothing(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// makeDirs creates a folder and its parents, with their entries synced to disk.
func makeDirs(root *os.Root, dir string) error {
	err := root.Mkdir(dir, ownersDir)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if err := makeDirs(root, path.Dir(dir)); err != nil {
			return err
		}
		if err := root.Mkdir(dir, ownersDir); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	case err != nil:
		return err
	}
	return syncDir(root, path.Dir(dir))
}

// syncDir syncs a folder's entries to disk.
func syncDir(root *os.Root, dir string) error {
	folder, err := root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func readDir(root *os.Root, dir string) ([]fs.DirEntry, error) {
	folder, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	entries, err := folder.ReadDir(-1)
	return entries, errors.Join(err, folder.Close())
}

// removeFile removes a file that may not exist.
func removeFile(root *os.Root, name string) error {
	if err := root.Remove(name); !nothing(err) {
		return err
	}
	return nil
}

// prune removes a folder and its parents up to another folder, as long as they are empty. The
// removals are on disk when it returns.
func prune(root *os.Root, dir, below string) error {
	for dir != below {
		err := root.Remove(dir)
		if errors.Is(err, syscall.ENOTEMPTY) || errors.Is(err, fs.ErrExist) {
			break
		}
		if err != nil && !nothing(err) {
			return err
		}
		dir = path.Dir(dir)
	}
	if err := syncDir(root, dir); !nothing(err) {
		return err
	}
	return nil
}

// tidy removes a leftover file or empty folder if what it belongs to is still missing. A later
// listing removes what it can't.
func (s *folderStore) tidy(ctx context.Context, root *os.Root, left, of string) {
	if _, err := s.writing(); err != nil {
		return
	}
	_ = s.changing(ctx, func() error {
		if info, err := root.Lstat(of); left != of && !nothing(err) && (err != nil || !info.IsDir()) {
			return err
		}
		if err := removeFile(root, left); err != nil {
			return err
		}
		return prune(root, path.Dir(left), s.objects())
	})
}

func openLock(root *os.Root, name string) (*os.File, error) {
	return root.OpenFile(name, os.O_CREATE|os.O_RDWR, ownersFile)
}

// flock locks a file; the kernel unlocks it when the process ends, however it ends.
func flock(file *os.File, how int) error {
	for {
		err := syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

const (
	lockPatience = 4 * time.Second
	lockPoll     = 2 * time.Millisecond
)

// flockWithin waits for a lock that is held as long as a rename takes, and somewhat longer.
func flockWithin(ctx context.Context, file *os.File) error {
	err := flock(file, syscall.LOCK_EX|syscall.LOCK_NB)
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return err
	}
	late := time.NewTimer(lockPatience)
	defer late.Stop()
	again := time.NewTicker(lockPoll)
	defer again.Stop()
	for errors.Is(err, syscall.EWOULDBLOCK) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-late.C:
			return fmt.Errorf("%w: another process keeps the lock %s", ErrUnavailable, file.Name())
		case <-again.C:
			err = flock(file, syscall.LOCK_EX|syscall.LOCK_NB)
		}
	}
	return err
}

// untilDone aborts a copy when ctx is done.
type untilDone struct {
	ctx  context.Context //nolint:containedctx // of one copy
	from io.Reader
}

func (u untilDone) Read(into []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(into)
}

// counter counts written bytes.
type counter struct {
	to io.Writer
	n  int64
}

func (c *counter) Write(text []byte) (int, error) {
	n, err := c.to.Write(text)
	c.n += int64(n)
	return n, err
}
