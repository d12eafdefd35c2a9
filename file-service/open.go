package fileservice

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"larder.dev/events"
	"larder.dev/file-service/internal/files"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// largestJPEG is the variant of a picture for other programs, which can't all show WebP.
const largestJPEG = "1200.jpeg"

// Opener opens files in the process of another component, such as for an export.
type Opener struct {
	objects objectstore.Store
	files   *files.Files
	log     *slog.Logger
}

// NewOpener returns an Opener. drawer and pictureMemory are those of Deps.
func NewOpener(objects objectstore.Store, drawer []string, pictureMemory int64, log *slog.Logger) *Opener {
	return &Opener{objects: objects, log: log, files: files.New(files.Options{
		Objects: objects, Pictures: picture.NewDrawer(drawer, pictureMemory), Log: log,
	})}
}

// Open opens a user's file as it was uploaded. The error is objectstore.ErrNotFound or
// ErrUnavailable.
func (o *Opener) Open(ctx context.Context, user string, file events.File) (io.ReadCloser, error) {
	object, err := o.objects.Get(ctx, cdn.Place{Owner: user, SHA256: file.SHA256, Variant: cdn.Original}.Key())
	if err != nil {
		return nil, err
	}
	return object, nil
}

// OpenJPEG opens a user's picture as a JPEG, scaled if it is large and was drawn. One that wasn't is
// drawn, unless it is a JPEG. The error is objectstore.ErrNotFound if there is none, or it can't be
// drawn.
func (o *Opener) OpenJPEG(ctx context.Context, user string, file events.File) (io.ReadCloser, error) {
	place := cdn.Place{Owner: user, SHA256: file.SHA256, Variant: largestJPEG}
	if file.MediaType == "image/jpeg" {
		object, err := o.objects.Get(ctx, place.Key())
		if errors.Is(err, objectstore.ErrNotFound) {
			return o.Open(ctx, user, file)
		}
		if err != nil {
			return nil, err
		}
		return object, nil
	}
	object, _, err := o.files.Size(ctx, place)
	switch {
	case err == nil:
		return object, nil
	case errors.Is(err, objectstore.ErrUnavailable) || ctx.Err() != nil:
		return nil, err
	case !errors.Is(err, objectstore.ErrNotFound):
		o.log.WarnContext(ctx, "a picture can't be drawn", "user", user, "sha256", file.SHA256, "error", err)
		err = objectstore.ErrNotFound
	}
	return nil, err
}
