package resumable

import (
	"context"
	"errors"
	"strings"
	"time"

	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/objectstore"
)

// sweepPatience is how long a sweep waits for a request at an upload; the next sweep comes soon enough.
const sweepPatience = time.Second

// Sweep removes the uploads that lay still since before, done or not, and those that nothing takes any more. It gives
// how many weren't done.
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

// expire removes an upload that lay still or that is unwanted, and tells whether it wasn't done. changed is when one of
// its objects was written.
func (u *Uploads) expire(ctx context.Context, place string, changed, before time.Time) (bool, error) {
	user, id, _ := strings.Cut(strings.TrimPrefix(place, incoming.Resumable), "/")
	upload := Upload{User: user, ID: id}
	lock, err := u.locker.take(ctx, upload.key(), sweepPatience, nil)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil // it goes on just now
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = lock.Unlock() }() // it ends by itself else
	if changed.Before(before) {
		last, err := u.o.Incoming.Changed(ctx, place) // again, now that it is locked
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
