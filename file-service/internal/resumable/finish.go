package resumable

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/objectstore"
)

// record remains of a finished upload, for a client that missed the answer.
type record struct {
	Done

	Size int64 `json:"size"`
}

// finish is called by the request that brings the last byte and holds the upload's lock.
func (u *Uploads) finish(hook handler.HookEvent) (handler.HTTPResponse, error) {
	call := callOf(hook.Context)
	upload := uploadOf(hook.Upload)
	found, err := store{u}.find(hook.Context, upload.User, upload.ID)
	if err != nil {
		return handler.HTTPResponse{}, call.refuse(err)
	}
	done, err := u.finishOnce(hook.Context, found)
	if err != nil {
		return handler.HTTPResponse{}, call.refuse(err)
	}
	call.done = &done
	return handler.HTTPResponse{}, nil
}

// finishLate finishes an upload that is complete but unfinished because a store was down or the
// process was killed. It returns nil if the upload is incomplete. It must run before a client
// learns that every byte has arrived, because the client then considers its file stored. It returns
// ErrUnwanted if the upload was dropped.
func (u *Uploads) finishLate(ctx context.Context, user, id string) (*Done, error) {
	upload := Upload{User: user, ID: id}
	lock, err := u.locker.take(ctx, upload.key(), patience, nil)
	if err != nil {
		return nil, err
	}
	defer func() { _ = lock.Unlock() }() // it expires otherwise
	found, err := store{u}.find(ctx, user, id)
	switch {
	case err != nil:
		return nil, err
	case found.done != nil:
		return found.done, nil
	case !found.whole():
		return nil, u.dropUnwanted(ctx, found.upload)
	}
	done, err := u.finishOnce(ctx, found)
	if err != nil {
		return nil, err
	}
	return &done, nil
}

// dropUnwanted drops an unfinished upload that may not continue and returns the reason, which is
// ErrUnwanted. It returns nil if the upload may continue or that can't be determined now. The
// caller holds the upload's lock.
func (u *Uploads) dropUnwanted(ctx context.Context, upload Upload) error {
	reason := u.o.Admit(ctx, upload)
	if !errors.Is(reason, ErrUnwanted) {
		return nil
	}
	return errors.Join(reason, u.remove(ctx, upload))
}

// finishOnce passes a complete upload to Finish and removes its bytes. The caller holds the
// upload's lock.
func (u *Uploads) finishOnce(ctx context.Context, found *kept) (Done, error) {
	upload := found.upload
	before, err := u.record(ctx, upload)
	if err == nil {
		return before.Done, u.o.Incoming.Remove(ctx, upload.place())
	}
	if !errors.Is(err, objectstore.ErrNotFound) {
		return Done{}, fmt.Errorf("look for the end of upload %s: %w", upload.ID, err)
	}
	done, err := u.handOn(ctx, found)
	if err != nil {
		if errors.Is(err, ErrUnwanted) {
			err = errors.Join(err, u.remove(ctx, upload))
		}
		return Done{}, err
	}
	text, err := json.Marshal(record{Done: done, Size: upload.Size})
	if err != nil {
		return Done{}, fmt.Errorf("note the end of upload %s: %w", upload.ID, err)
	}
	err = u.o.Objects.Put(ctx, incoming.Records+upload.key(), bytes.NewReader(text), int64(len(text)), "application/json")
	if err != nil {
		return Done{}, fmt.Errorf("note the end of upload %s: %w", upload.ID, err)
	}
	return done, u.o.Incoming.Remove(ctx, upload.place())
}

func (u *Uploads) handOn(ctx context.Context, found *kept) (done Done, err error) {
	if err := found.state.Complete(ctx); err != nil {
		return Done{}, err
	}
	file, err := found.state.Open(ctx)
	if err != nil {
		return Done{}, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return u.o.Finish(ctx, found.upload, file)
}

// record returns the outcome of an upload, or objectstore.ErrNotFound if it has none yet.
func (u *Uploads) record(ctx context.Context, upload Upload) (record, error) {
	var r record
	object, err := u.o.Objects.Get(ctx, incoming.Records+upload.key())
	if err != nil {
		return r, err
	}
	defer func() { _ = object.Close() }() // only read
	if err := json.NewDecoder(object).Decode(&r); err != nil {
		return r, fmt.Errorf("read the end of upload %s: %w", upload.ID, err)
	}
	return r, nil
}

const forgetTimeout = 5 * time.Second

// remove removes everything of an upload.
func (u *Uploads) remove(ctx context.Context, upload Upload) error {
	if err := u.o.Incoming.Remove(ctx, upload.place()); err != nil {
		return fmt.Errorf("remove upload %s: %w", upload.ID, err)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetTimeout)
	defer cancel()
	return u.o.Objects.Delete(ctx, incoming.Records+upload.key())
}
