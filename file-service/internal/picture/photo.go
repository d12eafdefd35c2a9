package picture

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"syscall"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/heic"
)

const (
	// convertEdge is that of the largest size that is made of a picture.
	convertEdge = 1200

	// What a photo may take: the largest of a phone in HEIC has 48 megapixels and takes a gigabyte, and AVIF takes
	// three times as much for a pixel.
	maxHEICPixels = 50_000_000
	maxAVIFPixels = 18_000_000
	maxMemory     = 1280 << 20 // bytes
	maxProcessor  = 30         // seconds

	maxPhoto = 100 << 20 // bytes
)

// ConvertPhoto is the program that a Converter runs: it reads a HEIC or AVIF photo, writes a PNG, and gives the code to
// exit with. It bounds the memory and the processor time of the whole process.
func ConvertPhoto(in io.Reader, out, complaints io.Writer) int {
	err := boundProcess()
	if err == nil {
		err = convertPhoto(in, out)
	}
	if err == nil {
		return exitConverted
	}
	fmt.Fprintln(complaints, err)
	if errors.Is(err, ErrUnreadable) {
		return exitUnreadable
	}
	return exitTooLarge
}

func boundProcess() error {
	for resource, limit := range map[int]uint64{syscall.RLIMIT_DATA: maxMemory, syscall.RLIMIT_CPU: maxProcessor} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("bound the converter: %w", err)
		}
	}
	return nil
}

func convertPhoto(in io.Reader, out io.Writer) error {
	photo, err := io.ReadAll(io.LimitReader(in, maxPhoto+1))
	if err != nil {
		return fmt.Errorf("read a photo: %w", err)
	}
	if len(photo) > maxPhoto {
		return fmt.Errorf("more than %d bytes: %w", maxPhoto, ErrBomb)
	}
	pixels, turned, err := decodePhoto(photo)
	if err != nil {
		return err
	}
	small := (&Picture{pixels: pixels}).Fit(convertEdge)
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := encoder.Encode(out, turn(small.pixels, turned)); err != nil {
		return fmt.Errorf("write a photo: %w", err)
	}
	return nil
}

// decodePhoto gives the pixels of a photo, and the EXIF orientation by which they are to be turned.
func decodePhoto(photo []byte) (image.Image, int, error) {
	decoder := decoder{config: heic.DecodeConfig, decode: heic.Decode, pixels: maxHEICPixels}
	turned := 1 // libheif turns what it reads
	if isAVIF(photo) {
		decoder = avifDecoder()
		turned = itemTransform(photo)
	}
	pixels, err := decoder.read(photo)
	return pixels, turned, err
}

// isAVIF looks at all brands of the file: the first one may be that of any still picture.
func isAVIF(photo []byte) bool {
	return bytes.Contains(mediaBoxes(photo).find("ftyp"), []byte("avif"))
}

// decoder is a library for one format, and how many pixels it may be given.
type decoder struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
	pixels int64
}

func avifDecoder() decoder {
	return decoder{config: avif.DecodeConfig, decode: avif.Decode, pixels: maxAVIFPixels}
}

func (d decoder) read(photo []byte) (image.Image, error) {
	config, err := d.config(bytes.NewReader(photo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	if config.Width <= 0 || config.Height <= 0 {
		return nil, ErrUnreadable
	}
	if int64(config.Width)*int64(config.Height) > d.pixels || config.Width > maxEdge || config.Height > maxEdge {
		return nil, fmt.Errorf("%d by %d pixels, at most %d: %w", config.Width, config.Height, d.pixels, ErrBomb)
	}
	pixels, err := d.decode(bytes.NewReader(photo))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreadable, err)
	}
	return pixels, nil
}
