// Package picture makes the sizes of pictures that pages show. The pictures come from outside, so each is decoded in a
// process of its own (Drawer, Program), which counts beforehand what it will take.
package picture

import (
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"github.com/gen2brain/webp"
)

const (
	jpegQuality = 82
	webpQuality = 78
)

// Errors of a picture.
var (
	// ErrUnreadable is the error of bytes that aren't a picture after all.
	ErrUnreadable = errors.New("the picture can't be read")
	// ErrBomb is the error of a picture that takes more memory or time than one of any camera.
	ErrBomb = errors.New("the picture takes too much to draw")
)

// Picture is a decoded picture, turned the way that it was taken.
type Picture struct{ pixels *image.RGBA }

// Fit gives the picture with its longer edge at most edge pixels. A smaller one stays as it is.
func (p *Picture) Fit(edge int) *Picture { return &Picture{pixels: shrink(p.pixels, edge)} }

// Write encodes the picture as image/jpeg or image/webp. Nothing of the original's EXIF is in it.
func (p *Picture) Write(to io.Writer, mediaType string) error {
	var err error
	switch mediaType {
	case "image/jpeg":
		err = jpeg.Encode(to, p.pixels, &jpeg.Options{Quality: jpegQuality})
	case "image/webp":
		err = webp.Encode(to, p.pixels, webp.Options{Quality: webpQuality, Method: 1})
	default:
		err = errors.New("no such encoder")
	}
	if err != nil {
		return fmt.Errorf("write a picture as %s: %w", mediaType, err)
	}
	return nil
}
