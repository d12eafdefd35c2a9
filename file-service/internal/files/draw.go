package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"larder.dev/events"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/cdn"
	"larder.dev/internal/objectstore"
)

// drawWithin bounds how long a size is waited for, which is drawn when it is first asked for.
const drawWithin = 2 * time.Minute

// draw stores a picture's sizes before the picture itself, so that a page that shows it at once has
// them. A file that only looks like a picture is stored as an ordinary file.
func (f *Files) draw(ctx context.Context, user string, file *events.File, taken *incoming.File) error {
	variants := cdn.Variants()
	drawn, err := f.pictures.Draw(ctx, user, taken, sizes(variants)...)
	if errors.Is(err, picture.ErrUnreadable) {
		file.MediaType = "application/octet-stream"
		return nil
	}
	if err != nil {
		return err
	}
	file.Color = drawn.Color
	return f.keepSizes(ctx, user, file.SHA256, variants, drawn)
}

func sizes(variants []cdn.Variant) []picture.Size {
	sizes := make([]picture.Size, len(variants))
	for i, variant := range variants {
		sizes[i] = picture.Size{Edge: variant.Edge, MediaType: variant.MediaType}
	}
	return sizes
}

func (f *Files) keepSizes(ctx context.Context, user, hash string, variants []cdn.Variant, drawn picture.Drawn) error {
	for i, variant := range variants {
		key := cdn.Place{Owner: user, SHA256: hash, Variant: variant.Name}.Key()
		size := drawn.Sizes[i]
		if err := f.objects.Put(ctx, key, bytes.NewReader(size), int64(len(size)), variant.MediaType); err != nil {
			return err
		}
	}
	return nil
}

// recolor computes the colour of a picture from its small size. It returns objectstore.ErrNotFound
// if that wasn't drawn yet.
func (f *Files) recolor(ctx context.Context, user string, file *events.File) error {
	small, err := f.objects.Get(ctx, cdn.Place{Owner: user, SHA256: file.SHA256, Variant: cdn.Small().Name}.Key())
	if err != nil {
		return err
	}
	defer func() { _ = small.Close() }() // only read
	drawn, err := f.pictures.Draw(ctx, user, small, sizes([]cdn.Variant{cdn.Small()})...)
	if err != nil {
		return fmt.Errorf("read the small size of file %s: %w", file.SHA256, err)
	}
	file.Color = drawn.Color
	return nil
}

// Size opens a picture's size, and draws it if it wasn't yet. A WebP takes five times as long to
// draw as the JPEG of the same edge, which is returned until the WebP is drawn, in the background.
// It returns objectstore.ErrNotFound if there is no such picture, picture.ErrUnreadable or
// picture.ErrBomb if it can't be drawn, and the errors of picture.Drawer and of the store. Close
// what it returns.
func (f *Files) Size(ctx context.Context, place cdn.Place) (*objectstore.Reader, cdn.Place, error) {
	object, err := f.objects.Get(ctx, place.Key())
	if !errors.Is(err, objectstore.ErrNotFound) {
		return object, place, err
	}
	quick, is := cdn.Quick(place.Variant)
	if !is {
		return nil, place, err
	}
	asked := place.Variant
	place.Variant, place.Name = quick.Name, quick.Name
	if asked != quick.Name {
		f.later.add(content{user: place.Owner, hash: place.SHA256})
		if object, err = f.objects.Get(ctx, place.Key()); !errors.Is(err, objectstore.ErrNotFound) {
			return object, place, err
		}
	}
	// Two who ask at once wait for the same drawing, and the first to leave doesn't end it.
	drawing := f.drawing.DoChan(place.Key(), func() (any, error) {
		ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), drawWithin, picture.ErrBusy)
		defer cancel()
		return nil, f.drawMissing(ctx, place.Owner, place.SHA256, []cdn.Variant{quick})
	})
	select {
	case done := <-drawing:
		err = done.Err
	case <-ctx.Done():
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, place, err
	}
	object, err = f.objects.Get(ctx, place.Key())
	return object, place, err
}

// drawMissing draws the variants of a stored picture that don't exist.
func (f *Files) drawMissing(ctx context.Context, user, hash string, variants []cdn.Variant) error {
	var missing []cdn.Variant
	for _, variant := range variants {
		_, err := f.objects.Stat(ctx, cdn.Place{Owner: user, SHA256: hash, Variant: variant.Name}.Key())
		switch {
		case errors.Is(err, objectstore.ErrNotFound), errors.Is(err, objectstore.ErrDamaged):
			missing = append(missing, variant)
		case err != nil:
			return err
		}
	}
	if len(missing) == 0 {
		return nil
	}
	whole, err := f.objects.Get(ctx, original(user, events.File{SHA256: hash}))
	if err != nil {
		return err
	}
	defer func() { _ = whole.Close() }() // only read
	if !cdn.IsPicture(whole.Info.MediaType) {
		return fmt.Errorf("draw file %s: a %s: %w", hash, whole.Info.MediaType, objectstore.ErrNotFound)
	}
	drawn, err := f.pictures.Draw(ctx, user, whole, sizes(missing)...)
	if err != nil {
		return fmt.Errorf("draw file %s: %w", hash, err)
	}
	return f.keepSizes(ctx, user, hash, missing, drawn)
}
