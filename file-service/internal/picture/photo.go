package picture

import (
	"bytes"
	"fmt"
	"image"
	"io"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
)

// A photo's memory per pixel, in the libraries' WebAssembly and outside: the largest phone photos
// in HEIC have 48 megapixels. AVIF takes three times as much, and six times with samples of 10 or
// 12 bits.
const (
	heicPixelBytes     = 20
	avifPixelBytes     = 64
	avifDeepPixelBytes = 122
)

// examinePhoto reads the header of a HEIC or AVIF with the format's own library.
func examinePhoto(from io.Reader) (header, error) {
	photo, err := readAll(from)
	if err != nil {
		return header{}, err
	}
	head := header{format: formatHEIC, pixelBytes: heicPixelBytes}
	decodeConfig := heic.DecodeConfig
	if isAVIF(photo) {
		head = header{format: formatAVIF, pixelBytes: avifPixelBytes}
		if hasDeepSamples(photo) {
			head.pixelBytes = avifDeepPixelBytes
		}
		decodeConfig = avif.DecodeConfig
	}
	config, err := decodeConfig(bytes.NewReader(photo))
	if err != nil {
		return header{}, err
	}
	head.width, head.height, head.moreBytes = config.Width, config.Height, 3*int64(len(photo))
	return head, nil
}

// isAVIF checks all brands: the first one may be generic.
func isAVIF(photo []byte) bool {
	return bytes.Contains(mediaBoxes(photo).find("ftyp"), []byte("avif"))
}

// decodePhoto returns a photo's pixels and the EXIF orientation still to apply: libheif applies it
// itself, the AVIF library leaves it to us.
func decodePhoto(from io.Reader, format string) (image.Image, int, error) {
	photo, err := readAll(from)
	if err != nil {
		return nil, 0, err
	}
	decode, turned := heic.Decode, 1
	if format == formatAVIF {
		decode, turned = avif.Decode, itemTransform(photo)
	}
	pixels, err := decode(bytes.NewReader(photo))
	if err != nil {
		return nil, 0, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return pixels, turned, nil
}
