package picture

import (
	"io"
	"time"

	"github.com/bep/imagemeta"
)

// metaTimeout limits the search for the orientation: a file can send a reader round in circles.
const metaTimeout = 5 * time.Second

// orientation returns a picture's EXIF orientation, 1 (as is) to 8, or 1 if it has none.
func orientation(from io.ReadSeeker, format string) (turned int) {
	turned = 1
	// If the library panics on untrusted bytes, the upload must still go on.
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
	// If decoding fails, the orientation was either reported before or is missing.
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
