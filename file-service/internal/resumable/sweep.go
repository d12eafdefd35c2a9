package resumable

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Sweep removes the uploads that lay still for longer than Expiry, done or not, and gives how many weren't done.
func (u *Uploads) Sweep(ctx context.Context) (expired int, err error) {
	all, err := filepath.Glob(filepath.Join(u.o.Dir, "*", "*"+infoSuffix))
	if err != nil {
		return 0, fmt.Errorf("list the uploads: %w", err)
	}
	var failures []error
	for _, path := range all {
		if ctx.Err() != nil {
			break
		}
		was, err := u.expire(ctx, strings.TrimSuffix(path, infoSuffix))
		if err != nil {
			failures = append(failures, err)
		}
		if was {
			expired++
		}
		_ = os.Remove(filepath.Dir(path)) // of a user without another one; else it isn't empty, and stays
	}
	return expired, errors.Join(failures...)
}

// expire removes an upload that lay still, and tells whether it wasn't done.
func (u *Uploads) expire(ctx context.Context, path string) (bool, error) {
	if !still(path) {
		return false, nil
	}
	key, err := filepath.Rel(u.o.Dir, path)
	if err != nil {
		return false, fmt.Errorf("expire an upload: %w", err)
	}
	lock, err := u.locker.NewLock(filepath.ToSlash(key))
	if err != nil {
		return false, fmt.Errorf("lock upload %s: %w", key, err)
	}
	waiting, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := lock.Lock(waiting, func() {}); err != nil {
		return false, fmt.Errorf("lock upload %s: %w", key, err)
	}
	defer func() { _ = lock.Unlock() }()
	if !still(path) {
		return false, nil // it went on meanwhile
	}
	wasDone := removeDone(path)
	// What tusd finds it by goes last, and with it what a next sweep would.
	for _, part := range []string{path, path + infoSuffix} {
		if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) {
			return false, fmt.Errorf("remove upload %s: %w", key, err)
		}
	}
	return !wasDone, nil
}

func still(path string) bool {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		info, err = os.Stat(path + infoSuffix)
	}
	return err == nil && time.Since(info.ModTime()) > Expiry
}

func removeDone(path string) (was bool) { return os.Remove(path+doneSuffix) == nil }
