// Package picture reads pictures that come from outside, and makes the sizes of them that pages show.
package picture

import (
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	// The formats that are read.
	_ "image/png"
	"io"

	"github.com/gen2brain/webp"
	"golang.org/x/image/draw"
)

// Limits of a picture. A few kilobytes can claim any number of pixels, and each takes memory.
const (
	maxPixels = 64 << 20
	maxEdge   = 30_000
	maxFrames = 1_000

	jpegQuality = 82
	webpQuality = 78
)

// Errors of a picture.
var (
	// ErrUnreadable is the error of bytes that aren't a picture after all.
	ErrUnreadable = errors.New("the picture can't be read")
	// ErrBomb is the error of a picture that is larger than any camera makes one.
	ErrBomb = errors.New("the picture has too many pixels or frames")
)

// Picture is a decoded picture, turned the way that it was taken.
type Picture struct{ pixels image.Image }

// Read decodes the first frame of a picture. The error is ErrUnreadable or ErrBomb.
func Read(from io.ReadSeeker) (*Picture, error) {
	config, format, err := decodeConfig(from)
	if err != nil {
		return nil, err
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, ErrUnreadable
	}
	if config.Width > maxEdge || config.Height > maxEdge || int64(config.Width)*int64(config.Height) > maxPixels {
		return nil, fmt.Errorf("%d by %d pixels: %w", config.Width, config.Height, ErrBomb)
	}
	if format == "gif" {
		if err := checkFrames(from); err != nil {
			return nil, err
		}
	}
	turned := orientation(from, format)
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the picture: %w", err)
	}
	pixels, _, err := image.Decode(from)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return &Picture{pixels: turn(pixels, turned)}, nil
}

func decodeConfig(from io.ReadSeeker) (image.Config, string, error) {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return image.Config{}, "", fmt.Errorf("rewind the picture: %w", err)
	}
	config, format, err := image.DecodeConfig(from)
	if err != nil {
		return image.Config{}, "", fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return config, format, nil
}

// Fit gives the picture with its longer edge at most edge pixels. A smaller one stays as it is.
func (p *Picture) Fit(edge int) *Picture {
	bounds := p.pixels.Bounds()
	width, height := bounds.Dx(), bounds.Dy()
	longer := max(width, height)
	if longer > edge {
		width, height = max(1, width*edge/longer), max(1, height*edge/longer)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src) // JPEG has no transparency
	draw.CatmullRom.Scale(small, small.Bounds(), p.pixels, bounds, draw.Over, nil)
	return &Picture{pixels: small}
}

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

// checkFrames reads the frames of a GIF one by one, without their pixels.
func checkFrames(from io.ReadSeeker) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the picture: %w", err)
	}
	frames, err := countFrames(from)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if frames > maxFrames {
		return fmt.Errorf("%d frames: %w", frames, ErrBomb)
	}
	return nil
}

var _ = gif.Decode // registers the format
