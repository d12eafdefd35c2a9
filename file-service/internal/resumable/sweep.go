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

// Sweep removes the uploads that lay still for longer than Expiry, done or not, and those that nothing takes any more.
// It gives how many weren't done.
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

// sweepPatience is how long a sweep waits for a request at an upload; the next sweep comes soon enough.
const sweepPatience = time.Second

// expire removes an upload that lay still or that is unwanted, and tells whether it wasn't done.
func (u *Uploads) expire(ctx context.Context, path string) (bool, error) {
	user, id := filepath.Base(filepath.Dir(path)), filepath.Base(path)
	if !still(path) {
		return u.sweepUnwanted(ctx, user, id)
	}
	unlock, err := u.lock(ctx, Upload{User: user, ID: id}, sweepPatience)
	if err != nil {
		return false, err
	}
	defer unlock()
	if !still(path) {
		return false, nil // it went on meanwhile
	}
	wasDone := isDone(path)
	return !wasDone, remove(path)
}

func (u *Uploads) sweepUnwanted(ctx context.Context, user, id string) (bool, error) {
	upload, whole, err := u.find(ctx, user, id)
	if errors.Is(err, ErrNoUpload) || whole {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = u.dropUnwanted(ctx, upload, sweepPatience)
	if errors.Is(err, ErrUnwanted) {
		return true, nil
	}
	return false, err
}

func still(path string) bool {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		info, err = os.Stat(path + infoSuffix)
	}
	return err == nil && time.Since(info.ModTime()) > Expiry
}

func isDone(path string) bool {
	_, err := os.Stat(path + doneSuffix)
	return err == nil
}
