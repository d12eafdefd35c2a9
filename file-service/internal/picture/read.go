package picture

import (
	"fmt"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/gen2brain/webp"
)

// readWithin reads the first frame of a picture, upright, its longer edge at most edge pixels. held
// bytes of memory are already in use. It returns ErrUnreadable, ErrBomb, or errNeedsMore if the
// picture exceeds this memory but not the maximum.
func readWithin(from io.ReadSeeker, edge int, memory, held int64) (*Picture, error) {
	head, err := examine(from)
	if err != nil {
		return nil, err
	}
	if needs := head.memory() + held; needs > memory {
		if memory < large().memory && needs <= large().memory {
			return nil, errNeedsMore
		}
		return nil, fmt.Errorf("%s of %d by %d pixels: %w", head.format, head.width, head.height, ErrBomb)
	}
	pixels, turned, err := decode(from, head)
	if err != nil {
		return nil, err
	}
	small := shrink(pixels, edge) // before turning: fewer pixels to turn
	return &Picture{pixels: turn(small, turned)}, nil
}

// decode returns the pixels and the EXIF orientation still to apply.
func decode(from io.ReadSeeker, head header) (image.Image, int, error) {
	turned := orientation(from, head.format)
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return nil, 0, fmt.Errorf("rewind the picture: %w", err)
	}
	if head.format == formatHEIC || head.format == formatAVIF {
		return decodePhoto(from, head.format)
	}
	decoders := map[string]func(io.Reader) (image.Image, error){
		formatJPEG: jpeg.Decode, formatPNG: png.Decode, formatGIF: gif.Decode, formatWebP: webp.Decode,
	}
	pixels, err := decoders[head.format](from)
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return pixels, turned, nil
}
