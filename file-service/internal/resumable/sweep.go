package resumable

import (
	"context"
	"errors"
	"strings"
	"time"

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/objectstore"
)

// sweepPatience is how long a sweep waits for a running request; the next sweep comes soon enough.
const sweepPatience = time.Second

// Sweep removes uploads idle since before, finished or not, and those that can't become files any
// more. It returns how many were unfinished.
func (u *Uploads) Sweep(ctx context.Context, before time.Time) (expired int, err error) {
	var failures []error
	err = u.o.Incoming.Each(ctx, incoming.Resumable, func(place string, changed time.Time) error {
		was, err := u.expire(ctx, place, changed, before)
		if err != nil {
			failures = append(failures, err)
		}
		if was {
			expired++
		}
		return ctx.Err()
	})
	failures = append(failures, err)
	err = u.o.Objects.Each(ctx, incoming.Records, func(o objectstore.Object) error {
		if !o.Changed.Before(before) {
			return nil
		}
		return u.o.Objects.Delete(ctx, o.Key)
	})
	return expired, errors.Join(append(failures, err)...)
}

// expire removes an idle or unwanted upload and reports whether it was unfinished. changed is when
// one of its objects was written.
func (u *Uploads) expire(ctx context.Context, place string, changed, before time.Time) (bool, error) {
	user, id, _ := strings.Cut(strings.TrimPrefix(place, incoming.Resumable), "/")
	upload := Upload{User: user, ID: id}
	lock, err := u.locker.take(ctx, upload.key(), sweepPatience, nil)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil // a request is running
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = lock.Unlock() }() // it expires otherwise
	if changed.Before(before) {
		last, err := u.o.Incoming.Changed(ctx, place) // again, under the lock
		if err != nil {
			return false, err
		}
		if last.Before(before) {
			_, err := u.record(ctx, upload)
			return err != nil, u.remove(ctx, upload)
		}
	}
	found, err := store{u}.find(ctx, user, id)
	if errors.Is(err, ErrNoUpload) || err == nil && (found.done != nil || found.whole()) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = u.dropUnwanted(ctx, found.upload)
	if errors.Is(err, ErrUnwanted) {
		return true, nil
	}
	return false, err
}
