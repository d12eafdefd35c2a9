package files

import (
	"bytes"
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
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/cdn"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
)

// Upload is a file that is on its way in.
type Upload struct {
	User        string
	Recipe      string
	Name        string // as the caller gave it
	Bytes       io.Reader
	TraceParent string
	// Key gives the idempotency key of the whole request, whose body is known by its hash; nil for none.
	Key func(name, sha256 string) *ledger.Key
}

// CanAttach tells whether the recipe is there and may have one more file, before the bytes are asked for. The
// error is ErrNoRecipe, ErrTooMany, *filestore.Full or that of the database.
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

// Attach takes an upload in, and puts it on its recipe. What breaks off, or whose recipe is gone meanwhile,
// leaves nothing on the recipe, and in the store at most bytes that a sweep removes.
func (f *Files) Attach(ctx context.Context, u Upload) (filestore.Outcome, error) {
	taken, err := f.incoming.Take(ctx, u.User, u.Bytes, f.maxSize)
	if err != nil {
		return filestore.Outcome{}, err
	}
	defer func() { _ = taken.Close() }() // what it leaves in the store a sweep removes
	return f.AttachWhole(ctx, u, taken)
}

// AttachWhole puts an upload on its recipe whose bytes are all here already. Where it was done before under
// the same key, it gives the first outcome again.
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
	return f.name(ctx, cmd, &file, taken)
}

// name puts the bytes into the store and then names them, under the user's lock, and again where they were removed in
// between: somebody took the last file with the same bytes off another recipe.
func (f *Files) name(ctx context.Context, cmd filestore.Command, file *events.File, taken *incoming.File) (filestore.Outcome, error) {
	for {
		var err error
		if cmd.Bytes, err = f.database.AwaitRemovals(ctx, cmd.User, file.SHA256); err != nil {
			return filestore.Outcome{}, err
		}
		if err := f.keep(ctx, cmd.User, file, taken); err != nil {
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
		}
		return outcome, err
	}
}

// attach decides that the file is on the recipe.
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

// keep puts the bytes into the store where they aren't there yet.
func (f *Files) keep(ctx context.Context, user string, file *events.File, taken *incoming.File) error {
	there, err := f.objects.Stat(ctx, original(user, *file))
	if err != nil && !errors.Is(err, objectstore.ErrNotFound) && !errors.Is(err, objectstore.ErrDamaged) {
		return err
	}
	if err != nil || there.Size != file.Size {
		return f.store(ctx, user, file, taken)
	}
	file.MediaType = there.MediaType // what was found out when these bytes were first here
	if !cdn.IsPicture(file.MediaType) {
		return nil
	}
	err = f.recolor(ctx, user, file)
	if errors.Is(err, objectstore.ErrNotFound) {
		return f.store(ctx, user, file, taken) // kept when its type couldn't be drawn yet, or removed meanwhile
	}
	return err
}

func (f *Files) store(ctx context.Context, user string, file *events.File, taken *incoming.File) error {
	if cdn.IsPicture(file.MediaType) {
		if err := f.draw(ctx, user, file, taken); err != nil {
			return err
		}
	}
	// It may have been kept before, and removed meanwhile.
	if _, err := taken.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the upload: %w", err)
	}
	return taken.Keep(ctx, original(user, *file), file.MediaType)
}

// draw makes the sizes of a picture, before the picture itself: where that is, they are. A file that only
// looks like a picture becomes a file like any other.
func (f *Files) draw(ctx context.Context, user string, file *events.File, taken *incoming.File) error {
	drawn, err := f.pictures.Draw(ctx, user, taken)
	if errors.Is(err, picture.ErrUnreadable) {
		file.MediaType = "application/octet-stream"
		return nil
	}
	if err != nil {
		return err
	}
	file.Color = drawn.Color
	for i, variant := range cdn.Variants() {
		key := cdn.Place{Owner: user, SHA256: file.SHA256, Variant: variant.Name}.Key()
		size := drawn.Sizes[i]
		if err := f.objects.Put(ctx, key, bytes.NewReader(size), int64(len(size)), variant.MediaType); err != nil {
			return err
		}
	}
	return nil
}

// recolor finds the colour of a picture whose sizes are there already. The error is objectstore.ErrNotFound where they
// aren't.
func (f *Files) recolor(ctx context.Context, user string, file *events.File) error {
	small, err := f.objects.Get(ctx, cdn.Place{Owner: user, SHA256: file.SHA256, Variant: cdn.Small().Name}.Key())
	if err != nil {
		return err
	}
	defer func() { _ = small.Close() }() // it was read
	drawn, err := f.pictures.Draw(ctx, user, small)
	if err != nil {
		return fmt.Errorf("read the small size of file %s: %w", file.SHA256, err)
	}
	file.Color = drawn.Color
	return nil
}

// mediaType finds out what a file is from its content. What a caller says of it is no reason to serve it so.
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
