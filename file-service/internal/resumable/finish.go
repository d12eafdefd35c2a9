package resumable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
)

// Beside the bytes of an upload: what tusd knows of it, and what became of it.
const (
	infoSuffix = ".info"
	doneSuffix = ".done"
)

// finish is called by the request that brings the last byte, which holds the upload's lock.
func (u *Uploads) finish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	call := callOf(hook.Context)
	done, err := u.finishOnce(hook.Context, uploadOf(hook.Upload))
	if err != nil {
		call.err = err
		return handler.HTTPResponse{}, handler.NewError("", "the upload isn't finished", http.StatusServiceUnavailable)
	}
	call.done = &done
	return handler.HTTPResponse{}, nil
}

// settle finishes an upload whose bytes are all here and that wasn't finished: the store was away, or we were
// killed. It gives nil for one that isn't whole. A client that is told that every byte is here believes that its
// file is kept, so this comes before it is told. The error is ErrUnwanted where nothing is left of the upload.
func (u *Uploads) settle(ctx context.Context, user, id string) (*Done, error) {
	upload, whole, err := u.find(ctx, user, id)
	if err != nil {
		return nil, err
	}
	if done, err := u.done(upload); err == nil {
		return &done, nil
	}
	if !whole {
		return nil, u.dropUnwanted(ctx, upload, patience)
	}
	unlock, err := u.lock(ctx, upload, patience)
	if err != nil {
		return nil, err
	}
	defer unlock()
	done, err := u.finishOnce(ctx, upload)
	if err != nil {
		return nil, err
	}
	return &done, nil
}

// dropUnwanted drops the bytes of an unfinished upload that may not go on, and gives the reason, which is ErrUnwanted;
// nil for one that may, or of which nobody can tell just now. It waits that long for the request before.
func (u *Uploads) dropUnwanted(ctx context.Context, upload Upload, wait time.Duration) error {
	reason := u.o.Admit(ctx, upload)
	if !errors.Is(reason, ErrUnwanted) {
		return nil
	}
	unlock, err := u.lock(ctx, upload, wait)
	if err != nil {
		return err
	}
	defer unlock()
	return errors.Join(reason, remove(u.path(upload)))
}

func (u *Uploads) lock(ctx context.Context, upload Upload, wait time.Duration) (unlock func(), err error) {
	lock, err := u.locker.NewLock(upload.User + "/" + upload.ID)
	if err != nil {
		return nil, fmt.Errorf("lock upload %s: %w", upload.ID, err)
	}
	waiting, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := lock.Lock(waiting, func() {}); err != nil {
		return nil, fmt.Errorf("lock upload %s: %w", upload.ID, err)
	}
	return func() { _ = lock.Unlock() }, nil
}

// remove removes all that there is of an upload. What tusd finds it by goes last, and with it what a next sweep would.
func remove(path string) error {
	for _, part := range []string{path + doneSuffix, path, path + infoSuffix} {
		if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove an upload: %w", err)
		}
	}
	return nil
}

// finishOnce hands a whole upload on, and lets go of its bytes. It is called under the upload's lock.
func (u *Uploads) finishOnce(ctx context.Context, upload Upload) (Done, error) {
	if done, err := u.done(upload); !errors.Is(err, fs.ErrNotExist) {
		return done, err
	}
	path := u.path(upload)
	bytes, err := os.Open(path)
	if err != nil {
		return Done{}, fmt.Errorf("open upload %s: %w", upload.ID, err)
	}
	done, err := u.o.Finish(ctx, upload, bytes)
	if err := errors.Join(err, bytes.Close()); err != nil {
		if errors.Is(err, ErrUnwanted) {
			err = errors.Join(err, remove(path))
		}
		return Done{}, err
	}
	text, err := json.Marshal(done)
	if err != nil {
		return Done{}, fmt.Errorf("note the end of upload %s: %w", upload.ID, err)
	}
	if err := os.WriteFile(path+doneSuffix, text, 0o600); err != nil {
		return Done{}, fmt.Errorf("note the end of upload %s: %w", upload.ID, err)
	}
	// A hole of the same length takes no room, and a client that asks again is told that all is here.
	if err := errors.Join(os.Truncate(path, 0), os.Truncate(path, upload.Size)); err != nil {
		return Done{}, fmt.Errorf("let go of the bytes of upload %s: %w", upload.ID, err)
	}
	return done, nil
}

// done gives what became of an upload; fs.ErrNotExist where nothing did yet.
func (u *Uploads) done(upload Upload) (Done, error) {
	text, err := os.ReadFile(u.path(upload) + doneSuffix)
	if err != nil {
		return Done{}, fmt.Errorf("look for the end of upload %s: %w", upload.ID, err)
	}
	var done Done
	if err := json.Unmarshal(text, &done); err != nil {
		return Done{}, fmt.Errorf("%w: half written: %w", fs.ErrNotExist, err)
	}
	return done, nil
}

func (u *Uploads) path(upload Upload) string { return filepath.Join(u.o.Dir, upload.User, upload.ID) }
