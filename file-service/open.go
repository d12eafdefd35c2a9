package fileservice

import (
	"context"
	"errors"
	"io"

	"larder.dev/events"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// largestJPEG is the variant of a picture for other programs, which can't all show WebP.
const largestJPEG = "1200.jpeg"

// Open opens a user's file as it was uploaded. The error is objectstore.ErrNotFound or
// ErrUnavailable.
func Open(ctx context.Context, objects objectstore.Store, user string, file events.File) (io.ReadCloser, error) {
	return open(ctx, objects, cdn.Place{Owner: user, SHA256: file.SHA256, Variant: cdn.Original})
}

// OpenJPEG opens a user's picture as a JPEG, scaled if it is large. The error is
// objectstore.ErrNotFound if there is none, such as of a phone's photo that couldn't be decoded.
func OpenJPEG(ctx context.Context, objects objectstore.Store, user string, file events.File) (io.ReadCloser, error) {
	picture, err := open(ctx, objects, cdn.Place{Owner: user, SHA256: file.SHA256, Variant: largestJPEG})
	if errors.Is(err, objectstore.ErrNotFound) && file.MediaType == "image/jpeg" {
		return Open(ctx, objects, user, file)
	}
	return picture, err
}

func open(ctx context.Context, objects objectstore.Store, place cdn.Place) (io.ReadCloser, error) {
	object, err := objects.Get(ctx, place.Key())
	if err != nil {
		return nil, err
	}
	return object, nil
}
