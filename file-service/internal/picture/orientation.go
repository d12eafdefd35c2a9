package picture

import (
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
