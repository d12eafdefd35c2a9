package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gabriel-vasile/mimetype"

	"larder.dev/events"
	"larder.dev/file-service/internal/attachment"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/internal/cdn"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
)

// Upload is a file being uploaded.
type Upload struct {
	User        string
	Recipe      string
	Name        string // as given by the caller
	Bytes       io.Reader
	TraceParent string
	// Key returns the idempotency key of the request, whose body is identified by its hash; nil for
	// none.
	Key func(name, sha256 string) *ledger.Key
	// DrawLater has a picture's sizes drawn after it is attached, or when they are first asked for:
	// many pictures at once needn't wait for them. Such a picture has no colour.
	DrawLater bool
}

// CanAttach checks that the recipe exists and may have another file, before any bytes are read. It
// returns ErrNoRecipe, ErrTooMany, *filestore.Full or the database's error.
func (f *Files) CanAttach(ctx context.Context, user, recipe string) error {
	count, has, err := f.database.CountFiles(ctx, user, recipe)
	switch {
	case err != nil:
		return err
	case !has:
		return ErrNoRecipe
	case count >= attachment.MaxFiles:
		return ErrTooMany
	default:
		return f.database.HasRoom(ctx, user)
	}
}

// Attach receives an upload and attaches it to its recipe. If it breaks off or the recipe is
// deleted meanwhile, the recipe is unchanged, and the store has at most bytes that a sweep removes.
func (f *Files) Attach(ctx context.Context, u Upload) (filestore.Outcome, error) {
	taken, err := f.incoming.Take(ctx, u.User, u.Bytes, f.maxSize)
	if err != nil {
		return filestore.Outcome{}, err
	}
	defer func() { _ = taken.Close() }() // a sweep removes what remains in the store
	return f.AttachWhole(ctx, u, taken)
}

// AttachWhole attaches a completely received upload to its recipe. If it was done before under the
// same key, it returns the first outcome.
func (f *Files) AttachWhole(ctx context.Context, u Upload, taken *incoming.File) (filestore.Outcome, error) {
	if taken.Size == 0 {
		return filestore.Outcome{}, ErrEmpty
	}
	if err := f.scanner.Scan(ctx, io.NewSectionReader(taken, 0, taken.Size)); err != nil {
		return filestore.Outcome{}, err
	}
	file := events.File{
		ID: ledger.NewID(), Name: attachment.CleanName(u.Name), Size: taken.Size, SHA256: taken.SHA256,
	}
	var err error
	if file.MediaType, err = mediaType(taken); err != nil {
		return filestore.Outcome{}, err
	}
	cmd := filestore.Command{User: u.User, Recipe: u.Recipe, TraceParent: u.TraceParent}
	if u.Key != nil {
		cmd.Key = u.Key(file.Name, file.SHA256)
	}
	return f.name(ctx, cmd, &file, taken, u.DrawLater)
}

// name stores the bytes and then references them under the user's lock. It retries if they were
// removed in between because someone removed the last other file with the same bytes.
func (f *Files) name(
	ctx context.Context, cmd filestore.Command, file *events.File, taken *incoming.File, drawLater bool,
) (filestore.Outcome, error) {
	for {
		var err error
		if cmd.Bytes, err = f.database.AwaitRemovals(ctx, cmd.User, file.SHA256); err != nil {
			return filestore.Outcome{}, err
		}
		if err := f.keep(ctx, cmd.User, file, taken, drawLater); err != nil {
			return filestore.Outcome{}, err
		}
		outcome, err := f.database.Update(ctx, cmd, func(r *events.Recipe) (filestore.Decision, error) {
			if r == nil {
				return filestore.Decision{}, ErrNoRecipe
			}
			return f.attach(*r, *file)
		})
		if errors.Is(err, filestore.ErrRemoved) {
			continue
		}
		if err != nil {
			f.release(ctx, cmd.User, file.SHA256)
		} else if drawLater && cdn.IsPicture(file.MediaType) {
			f.later.add(content{user: cmd.User, hash: file.SHA256})
		}
		return outcome, err
	}
}

// attach decides to add the file to the recipe.
func (f *Files) attach(r events.Recipe, file events.File) (filestore.Decision, error) {
	if len(r.Files) >= attachment.MaxFiles {
		return filestore.Decision{}, ErrTooMany
	}
	r = withFiles(r, append(slices.Clone(r.Files), file))
	return f.decision(events.RecipeFileAttached, Result{Recipe: r, Attached: &file})
}

func original(user string, file events.File) string {
	return cdn.Place{Owner: user, SHA256: file.SHA256, Variant: cdn.Original}.Key()
}

// keep stores the bytes unless they are there already.
func (f *Files) keep(ctx context.Context, user string, file *events.File, taken *incoming.File, drawLater bool) error {
	there, err := f.objects.Stat(ctx, original(user, *file))
	if err != nil && !errors.Is(err, objectstore.ErrNotFound) && !errors.Is(err, objectstore.ErrDamaged) {
		return err
	}
	if err != nil || there.Size != file.Size {
		return f.store(ctx, user, file, taken, drawLater)
	}
	file.MediaType = there.MediaType // as detected when these bytes were first stored
	if !cdn.IsPicture(file.MediaType) {
		return nil
	}
	err = f.recolor(ctx, user, file)
	if errors.Is(err, objectstore.ErrNotFound) {
		return f.store(ctx, user, file, taken, drawLater) // not drawn yet, or removed meanwhile
	}
	return err
}

func (f *Files) store(ctx context.Context, user string, file *events.File, taken *incoming.File, drawLater bool) error {
	if cdn.IsPicture(file.MediaType) && !drawLater {
		if err := f.draw(ctx, user, file, taken); err != nil {
			return err
		}
	}
	// It may have been stored before and removed meanwhile.
	if _, err := taken.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the upload: %w", err)
	}
	return taken.Keep(ctx, original(user, *file), file.MediaType)
}

// mediaType detects a file's type from its content. The caller's claim isn't trusted.
func mediaType(taken *incoming.File) (string, error) {
	if _, err := taken.Seek(0, io.SeekStart); err != nil {
		return "", fmt.Errorf("rewind the upload: %w", err)
	}
	found, err := mimetype.DetectReader(taken)
	if err != nil {
		return "", fmt.Errorf("look into the upload: %w", err)
	}
	return strings.ToLower(found.String()), nil
}
