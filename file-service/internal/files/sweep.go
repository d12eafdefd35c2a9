package files

import (
	"context"
	"errors"
	"strings"
	"time"

	"larder.dev/internal/id"
	"larder.dev/internal/objectstore"
)

// Swept is what a sweep came to.
type Swept struct {
	Looked  int // objects that were looked at
	Removed int
}

const (
	// SweepGrace is how old an object is before a sweep looks at it: an upload puts bytes into the store before
	// its row is written. A shorter one would lose nothing, and have uploads put their bytes twice.
	SweepGrace = time.Hour
	// sweepBatch bounds the hashes that are looked for at once.
	sweepBatch = 50
)

// Sweep removes every object from before a time that no row names: of uploads that came to nothing, of recipes that were
// deleted too long ago to be brought back, of deleted users. While one of the two databases may have a row that the other
// doesn't know it removes nothing, and the error is topology.ErrDisagree.
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

// Erase removes every object of a user who was deleted. It asks the database as a sweep does, so that a user
// who is there after all loses nothing.
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
			return nil // not one of ours: the bucket may hold other things
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
