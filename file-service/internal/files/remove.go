package files

import (
	"context"
	"errors"
	"slices"
	"time"

	"larder.dev/events"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/internal/cdn"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/internal/topology"
)

// Removal names the file to remove from its recipe.
type Removal struct {
	User        string
	File        string
	TraceParent string
	Key         *ledger.Key // nil for none
}

// Remove removes a file from its recipe, and its bytes unless another of the user's files has the
// same. It returns ErrNoFile or the database's error; it succeeds even if the object store is down.
func (f *Files) Remove(ctx context.Context, r Removal) (filestore.Outcome, error) {
	var removed events.File
	cmd := filestore.Command{User: r.User, File: r.File, Key: r.Key, TraceParent: r.TraceParent}
	outcome, err := f.database.Update(ctx, cmd, func(on *events.Recipe) (filestore.Decision, error) {
		if on == nil {
			return filestore.Decision{}, ErrNoFile
		}
		at := slices.IndexFunc(on.Files, func(file events.File) bool { return file.ID == r.File })
		if at < 0 {
			return filestore.Decision{}, ErrNoFile
		}
		removed = on.Files[at]
		rest := withFiles(*on, slices.Delete(slices.Clone(on.Files), at, at+1))
		return f.decision(events.RecipeFileRemoved, Result{Recipe: rest})
	})
	if err == nil && removed.SHA256 != "" {
		f.release(ctx, r.User, removed.SHA256)
	}
	return outcome, err
}

const releaseTimeout = 5 * time.Second

// release removes unreferenced bytes, even if the caller has gone. If it fails, a sweep removes
// them later.
func (f *Files) release(ctx context.Context, user, hash string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
	defer cancel()
	_, err := f.removeUnnamed(ctx, user, []string{hash})
	switch {
	case errors.Is(err, topology.ErrDisagree):
		f.log.InfoContext(ctx, "bytes that nothing names are kept until the databases agree", "user", user, "reason", err)
	case err != nil:
		f.log.WarnContext(ctx, "bytes that nothing names are left to the sweep", "user", user, "error", err)
	}
}

// removeUnnamed removes every variant of those hashes that no recipe of the user references, and
// returns the number of objects. It returns topology.ErrDisagree while a failback may still bring a
// recipe that references them.
func (f *Files) removeUnnamed(ctx context.Context, user string, hashes []string) (int, error) {
	if err := f.standby.Agree(ctx); err != nil {
		return 0, err
	}
	count := 0
	err := f.database.WhileUnnamed(ctx, user, hashes, func(ctx context.Context, unnamed []string) error {
		for _, hash := range unnamed {
			if err := f.database.May(); err != nil {
				return err // another database may have become primary meanwhile
			}
			// Delete the original last: without it nobody would look for the remaining sizes.
			err := f.objects.Each(ctx, cdn.Folder(user, hash), func(o objectstore.Object) error {
				count++
				return f.objects.Delete(ctx, o.Key)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return count, err
}
