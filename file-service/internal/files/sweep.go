package files

import (
	"context"
	"errors"
	"strings"
	"time"

	"larder.dev/internal/id"
	"larder.dev/internal/objectstore"
)

// Swept is the result of a sweep.
type Swept struct {
	Looked  int // objects examined
	Removed int
}

const (
	// SweepGrace is the minimum age of objects to sweep: an upload stores bytes before its row. A
	// shorter grace would lose nothing, but make uploads store their bytes twice.
	SweepGrace = time.Hour
	// sweepBatch limits the hashes looked up at once.
	sweepBatch = 50
)

// Sweep removes every unreferenced object from before a time: from failed uploads, from recipes
// deleted too long ago to be restored, and from deleted users. While either database may have a row
// unknown to the other, it removes nothing and returns topology.ErrDisagree.
func (f *Files) Sweep(ctx context.Context, before time.Time) (Swept, error) {
	swept, err := f.sweep(ctx, "", before, func(ctx context.Context, user string, hashes []string) (int, error) {
		if err := f.standby.Agree(ctx); err != nil {
			return 0, err
		}
		unnamed, err := f.standby.Unnamed(ctx, user, hashes)
		if err != nil || len(unnamed) == 0 {
			return 0, err
		}
		return f.removeUnnamed(ctx, user, unnamed)
	})
	if err != nil {
		return swept, err
	}
	return swept, f.database.ForgetRemovals(ctx)
}

// Erase removes every object of a deleted user. It checks the database like a sweep, so a user who
// still exists loses nothing.
func (f *Files) Erase(ctx context.Context, user string) (int, error) {
	if !id.Is(user) {
		return 0, errors.New("erase the files of a user: not an id")
	}
	swept, err := f.sweep(ctx, user+"/", time.Now(), f.removeUnnamed)
	return swept.Removed, err
}

func (f *Files) sweep(ctx context.Context, prefix string, before time.Time,
	remove func(ctx context.Context, user string, hashes []string) (int, error),
) (Swept, error) {
	var (
		swept  Swept
		user   string
		hashes []string
	)
	flush := func() error {
		if len(hashes) == 0 {
			return nil
		}
		removed, err := remove(ctx, user, hashes)
		swept.Removed += removed
		hashes = hashes[:0]
		return err
	}
	err := f.objects.Each(ctx, prefix, func(o objectstore.Object) error {
		swept.Looked++
		owner, rest, _ := strings.Cut(o.Key, "/")
		hash, _, found := strings.Cut(rest, "/")
		if !id.Is(owner) || !found {
			return nil // not ours: the bucket may hold other objects
		}
		if o.Changed.After(before) {
			return nil
		}
		if owner != user || len(hashes) >= sweepBatch {
			if err := flush(); err != nil {
				return err
			}
			user = owner
		}
		if len(hashes) == 0 || hashes[len(hashes)-1] != hash {
			hashes = append(hashes, hash)
		}
		return nil
	})
	if err == nil {
		err = flush()
	}
	return swept, err
}
