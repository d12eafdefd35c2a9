// Package picture draws the sizes of pictures that pages show. Pictures are untrusted, so each is
// decoded in a separate process (Drawer, Run), which estimates its cost first.
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
	// ErrUnreadable means the bytes aren't a valid picture.
	ErrUnreadable = errors.New("the picture can't be read")
	// ErrBomb means a picture takes more memory or time than any camera's.
	ErrBomb = errors.New("the picture takes too much to draw")
)

// Picture is a decoded picture, upright.
type Picture struct{ pixels *image.RGBA }

// Fit scales the picture down so that its longer edge has at most edge pixels.
func (p *Picture) Fit(edge int) *Picture { return &Picture{pixels: shrink(p.pixels, edge)} }

// Write encodes the picture as image/jpeg or image/webp, without any of the original's EXIF.
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
