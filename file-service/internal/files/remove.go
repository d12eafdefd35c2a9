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

// Removal says which file is taken off its recipe.
type Removal struct {
	User        string
	File        string
	TraceParent string
	Key         *ledger.Key // nil for none
}

// Remove takes a file off its recipe, and removes its bytes where nothing else of the user's has the same. The
// error is ErrNoFile or that of the database: a store that is away keeps no file on a recipe.
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

// release removes bytes that nothing names, also where the caller has gone away. What it can't remove now, the
// sweep does.
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

// removeUnnamed removes every variant of those of the hashes that no recipe of the user's names, and gives how many
// objects that were. The error is topology.ErrDisagree while a recipe that names them may still come from elsewhere.
func (f *Files) removeUnnamed(ctx context.Context, user string, hashes []string) (int, error) {
	if err := f.standby.Agree(ctx); err != nil {
		return 0, err
	}
	count := 0
	err := f.database.WhileUnnamed(ctx, user, hashes, func(ctx context.Context, unnamed []string) error {
		for _, hash := range unnamed {
			if err := f.database.May(); err != nil {
				return err // another one may have become the primary meanwhile
			}
			// The original goes last: where it is gone, no size of it is left that nobody would look for.
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
