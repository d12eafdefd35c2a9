// Package archive extracts recipes from the exports of other programs: one source file per format,
// detected by content.
package archive

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"larder.dev/importer/found"
)

// Limits on unpacking. An archive of a few KB may claim to hold terabytes.
const (
	maxEntry    = 10 << 20  // a page or a recipe
	maxInner    = 64 << 20  // an archive within an archive
	maxDatabase = 256 << 20 // a whole Mealie database
	maxEntries  = 100_000
	maxUnpacked = 2 << 30 // total read from one archive
	maxNested   = 2
)

var (
	errTooLarge = errors.New("larger than a recipe may be")
	errEntries  = fmt.Errorf("more than %d files", maxEntries)
	errUnpacked = fmt.Errorf("more than %d GB unpacked", maxUnpacked>>30)
	errNested   = errors.New("an archive within archives")
)

// Reader reads a file that isn't an archive.
type Reader func(place string, content []byte, sink found.Sink)

// IsZip reports whether content is a zip file.
func IsZip(begin []byte) bool { return bytes.HasPrefix(begin, []byte("PK\x03\x04")) }

// IsGzip reports whether content is compressed with gzip.
func IsGzip(begin []byte) bool { return bytes.HasPrefix(begin, []byte{0x1f, 0x8b}) }

// Zip reads every recipe of a zip file and passes its non-archive files to another reader. An error
// ends the whole read: the file is broken or over its limits, or ctx has ended.
func Zip(ctx context.Context, place string, content io.ReaderAt, size int64, other Reader, sink found.Sink) error {
	z := zipReader{other: other, sink: sink}
	return z.read(ctx, place, content, size, 0)
}

type zipReader struct {
	other    Reader
	sink     found.Sink
	unpacked int64
}

func (z *zipReader) read(ctx context.Context, place string, content io.ReaderAt, size int64, depth int) error {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return fmt.Errorf("open %s: %w", place, err)
	}
	if len(archive.File) > maxEntries {
		return fmt.Errorf("%s: %w", place, errEntries)
	}
	files := slices.Clone(archive.File)
	slices.SortStableFunc(files, func(a, b *zip.File) int { return strings.Compare(a.Name, b.Name) })
	if at := slices.IndexFunc(files, func(f *zip.File) bool { return path.Base(f.Name) == mealieDatabase }); at >= 0 {
		return z.mealie(place, files[at], files)
	}
	for _, file := range files {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if err := z.file(ctx, place, file, files, depth); err != nil {
			return err
		}
	}
	return nil
}

func (z *zipReader) file(ctx context.Context, place string, file *zip.File, files []*zip.File, depth int) error {
	kind := strings.ToLower(path.Ext(file.Name))
	within := place + "/" + file.Name
	hidden := strings.HasPrefix(path.Base(file.Name), ".") || strings.HasPrefix(file.Name, "__MACOSX/")
	if strings.HasSuffix(file.Name, "/") || hidden || isAttachment(kind) {
		return nil
	}
	limit := int64(maxEntry)
	if kind == ".zip" {
		limit = maxInner
	}
	content, err := z.unpack(file, limit)
	switch {
	case errors.Is(err, errUnpacked):
		return fmt.Errorf("%s: %w", place, err)
	case err != nil:
		z.sink.Failed(found.Failure{Place: within, Reason: err.Error()})
	case IsZip(content) && depth+1 >= maxNested:
		z.sink.Failed(found.Failure{Place: within, Reason: errNested.Error()})
	case IsZip(content):
		if err := z.read(ctx, within, bytes.NewReader(content), int64(len(content)), depth+1); err != nil {
			if errors.Is(err, errUnpacked) || ctx.Err() != nil {
				return err
			}
			z.sink.Failed(found.Failure{Place: within, Reason: err.Error()})
		}
	default:
		z.other(within, content, z.pictured(place, file, files))
	}
	return nil
}

// pictured adds the picture beside a file to that file's recipe.
func (z *zipReader) pictured(place string, file *zip.File, files []*zip.File) found.Sink {
	sink := z.sink
	sink.Recipe = func(r found.Recipe) {
		if r.Picture == "" && r.ImageURL == "" {
			r.Picture = pictureBeside(file.Name, files)
		}
		if r.Picture != "" && !strings.HasPrefix(r.Picture, place) {
			r.Picture = place + "/" + r.Picture
		}
		z.sink.Recipe(r)
	}
	return sink
}

// pictureBeside finds the picture in a recipe's folder, preferring the full one to thumbnails.
func pictureBeside(name string, files []*zip.File) string {
	folder, best := path.Dir(name), ""
	for _, f := range files {
		if path.Dir(f.Name) != folder || !isPicture(strings.ToLower(path.Ext(f.Name))) {
			continue
		}
		base := strings.TrimSuffix(path.Base(f.Name), path.Ext(f.Name))
		if base == strings.TrimSuffix(path.Base(name), path.Ext(name)) || slices.Contains([]string{"full", "image", "original"}, base) {
			best = f.Name
		}
	}
	return best
}

func isPicture(kind string) bool {
	return slices.Contains([]string{".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".heic"}, kind)
}

// isAttachment reports whether a file is of a kind stored beside recipes.
func isAttachment(kind string) bool {
	others := []string{".svg", ".ico", ".css", ".js", ".pdf", ".mp4", ".db", ".sqlite", ".woff", ".woff2", ".ttf"}
	return isPicture(kind) || slices.Contains(others, kind)
}

func (z *zipReader) unpack(file *zip.File, limit int64) ([]byte, error) {
	in, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	content, err := atMost(in, min(limit, maxUnpacked-z.unpacked))
	z.unpacked += int64(len(content))
	if errors.Is(err, errTooLarge) && z.unpacked >= maxUnpacked {
		err = errUnpacked
	}
	return content, errors.Join(err, in.Close())
}

// Beginning unpacks as much as the beginning of a gzip file yields.
func Beginning(packed []byte) []byte {
	from, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	begin, _ := io.ReadAll(io.LimitReader(from, maxBeginning)) // it breaks off where the packed bytes do
	return begin
}

// maxBeginning is how many bytes are enough to detect a format.
const maxBeginning = 1 << 20

// Gunzip unpacks a gzip file.
func Gunzip(content []byte) ([]byte, error) {
	packed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return atMost(packed, maxInner)
}

func atMost(from io.Reader, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(from, limit+1))
	if err != nil {
		return content, fmt.Errorf("unpack: %w", err)
	}
	if int64(len(content)) > limit {
		return content, errTooLarge
	}
	return content, nil
}
