package picture

import (
	"image"
	"image/color"
	"io"
	"time"

	"github.com/bep/imagemeta"
)

// metaTimeout bounds the look for the orientation: a file can lead a reader round in circles.
const metaTimeout = 5 * time.Second

// orientation gives the EXIF orientation of a picture of this format, 1 (as it is) to 8; 1 where there is none.
func orientation(from io.ReadSeeker, format string) (turned int) {
	turned = 1
	// A library for bytes from outside that panics must not take the upload with it.
	defer func() {
		if recover() != nil {
			turned = 1
		}
	}()
	formats := map[string]imagemeta.ImageFormat{
		"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP,
	}
	holds, known := formats[format]
	if _, err := from.Seek(0, io.SeekStart); err != nil || !known {
		return 1
	}
	// What can't be read to its end has told of the orientation before, or has none.
	_, _ = imagemeta.Decode(imagemeta.Options{
		R: from, ImageFormat: holds, Sources: imagemeta.EXIF, Timeout: metaTimeout,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool { return tag.Tag == "Orientation" && tag.Namespace == "IFD0" },
		HandleTag: func(tag imagemeta.TagInfo) error {
			if value, ok := tag.Value.(uint16); ok && value >= 1 && value <= 8 {
				turned = int(value)
			}
			return imagemeta.ErrStopWalking
		},
	})
	return turned
}

// turn gives the picture upright. Nothing is copied: the pixels are looked up where they are.
func turn(pixels image.Image, orientation int) image.Image {
	if orientation == 1 {
		return pixels
	}
	bounds := pixels.Bounds()
	t := turned{pixels: pixels, how: orientation, right: bounds.Max.X - 1, bottom: bounds.Max.Y - 1}
	t.size = image.Rect(0, 0, bounds.Dx(), bounds.Dy())
	if orientation >= 5 {
		t.size = image.Rect(0, 0, bounds.Dy(), bounds.Dx())
	}
	return t
}

type turned struct {
	pixels        image.Image
	how           int
	right, bottom int
	size          image.Rectangle
}

func (t turned) ColorModel() color.Model { return t.pixels.ColorModel() }

func (t turned) Bounds() image.Rectangle { return t.size }

// At follows the table of the EXIF specification 2.3, section 4.6.4: where row 0 and column 0 are.
func (t turned) At(x, y int) color.Color {
	left, top := t.pixels.Bounds().Min.X, t.pixels.Bounds().Min.Y
	switch t.how {
	case 2:
		return t.pixels.At(t.right-x, top+y)
	case 3:
		return t.pixels.At(t.right-x, t.bottom-y)
	case 4:
		return t.pixels.At(left+x, t.bottom-y)
	case 5:
		return t.pixels.At(left+y, top+x)
	case 6:
		return t.pixels.At(left+y, t.bottom-x)
	case 7:
		return t.pixels.At(t.right-y, t.bottom-x)
	default:
		return t.pixels.At(t.right-y, top+x)
	}
}
