package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/gif"
	"image/png"
	"io"

	"github.com/gen2brain/webp"
)

// The supported formats.
const (
	formatJPEG = "jpeg"
	formatPNG  = "png"
	formatGIF  = "gif"
	formatWebP = "webp"
	formatHEIC = "heic"
	formatAVIF = "avif"
)

// Limits of a picture. A few kilobytes can claim any number of pixels, and each takes memory.
const (
	maxPixels = 64 << 20
	maxEdge   = 30_000
	maxFrames = 1_000
)

// drawingMemory is what a process needs besides the decoder's pixels: for the program itself, the
// WebAssembly of the decoders and of the WebP encoder, and the sizes being drawn.
const drawingMemory = 256 << 20

// header is what a picture's header claims, before anything is decoded.
type header struct {
	format        string
	width, height int
	// pixelBytes is a decoder's peak memory per pixel; moreBytes is its fixed memory.
	pixelBytes float64
	moreBytes  int64
}

func (h header) memory() int64 {
	return drawingMemory + h.moreBytes + int64(float64(h.width)*float64(h.height)*h.pixelBytes)
}

// examine reads a picture's header and whatever else determines its decoding cost: a JPEG's scans,
// a GIF's frames. It returns ErrUnreadable or ErrBomb.
func examine(from io.ReadSeeker) (header, error) {
	var start [12]byte
	if err := rewound(from, func() error { _, err := io.ReadFull(from, start[:]); return err }); err != nil {
		return header{}, err
	}
	var head header
	err := rewound(from, func() (err error) {
		switch {
		case bytes.HasPrefix(start[:], []byte("\xff\xd8")):
			head, err = examineJPEG(from)
		case bytes.HasPrefix(start[:], []byte("\x89PNG\r\n\x1a\n")):
			head, err = examinePNG(from)
		case bytes.HasPrefix(start[:], []byte("GIF8")):
			head, err = examineGIF(from)
		case bytes.HasPrefix(start[:], []byte("RIFF")) && string(start[8:]) == "WEBP":
			head, err = examineWebP(from)
		case string(start[4:8]) == "ftyp":
			head, err = examinePhoto(from)
		default:
			err = errors.New("of no known format")
		}
		return err
	})
	if err != nil {
		return header{}, err
	}
	return head, head.check()
}

func (h header) check() error {
	if h.width <= 0 || h.height <= 0 {
		return ErrUnreadable
	}
	if h.width > maxEdge || h.height > maxEdge || int64(h.width)*int64(h.height) > maxPixels {
		return fmt.Errorf("%d by %d pixels: %w", h.width, h.height, ErrBomb)
	}
	return nil
}

// rewound runs read from the start of the picture. If read fails to parse it, it is unreadable.
func rewound(from io.Seeker, read func() error) error {
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("rewind the picture: %w", err)
	}
	if err := read(); err != nil && !errors.Is(err, ErrBomb) {
		return fmt.Errorf("%w: %w", ErrUnreadable, err)
	} else if err != nil {
		return err
	}
	return nil
}

func sized(format string, config image.Config, pixelBytes float64) header {
	return header{format: format, width: config.Width, height: config.Height, pixelBytes: pixelBytes}
}

// examinePNG: the decoder produces 1 to 8 bytes per pixel, and at least 4 with transparency (tRNS).
// For an interlaced picture it holds the largest of seven passes besides the whole.
func examinePNG(from io.ReadSeeker) (header, error) {
	const depthAt, interlacedAt = 24, 28
	var start [29]byte
	if _, err := io.ReadFull(from, start[:]); err != nil {
		return header{}, err
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return header{}, err
	}
	config, err := png.DecodeConfig(from)
	pixelBytes := 4.0
	if start[depthAt] == 16 {
		pixelBytes = 8
	}
	if start[interlacedAt] != 0 {
		pixelBytes *= 1.5
	}
	return sized(formatPNG, config, pixelBytes), err
}

// examineGIF: the decoder takes a byte per pixel, and another while deinterlacing. It decodes only
// the first frame, but refuse a thousand frames anyway.
func examineGIF(from io.ReadSeeker) (header, error) {
	config, err := gif.DecodeConfig(from)
	if err != nil {
		return header{}, err
	}
	if _, err := from.Seek(0, io.SeekStart); err != nil {
		return header{}, err
	}
	frames, err := countFrames(from)
	if err != nil {
		return header{}, err
	}
	if frames > maxFrames {
		return header{}, fmt.Errorf("%d frames: %w", frames, ErrBomb)
	}
	return sized(formatGIF, config, 2), nil
}

// examineWebP: the decoder holds the file twice; for lossless files it has 4 bytes per pixel
// besides its result and grows buffers by copying. For an animation it holds two more pictures.
func examineWebP(from io.ReadSeeker) (header, error) {
	var start [32]byte
	if _, err := io.ReadFull(from, start[:]); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return header{}, err
	}
	size := int64(binary.LittleEndian.Uint32(start[4:]))
	if size > maxPicture {
		return header{}, ErrUnreadable
	}
	config, err := webp.DecodeConfig(bytes.NewReader(start[:]))
	pixelBytes := 14.0
	if isFilm := string(start[12:16]) == "VP8X" && start[20]&2 != 0; isFilm {
		pixelBytes = 26
	}
	head := sized(formatWebP, config, pixelBytes)
	head.moreBytes = 3 * size
	return head, err
}
