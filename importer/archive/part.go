package archive

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"larder.dev/importer/found"
)

// ErrNoPart means that an archive has no such file.
var ErrNoPart = errors.New("it isn't in the archive")

// Part returns the bytes of a file in an archive, by the place that reading the archive gave it: a
// recipe's picture. The place of the archive itself is what reading it was given.
func Part(ctx context.Context, place string, content io.ReaderAt, size int64, part string) ([]byte, error) {
	z := zipReader{sink: found.Sink{Failed: func(found.Failure) {}}}
	return z.part(ctx, content, size, strings.TrimPrefix(part, place+"/"), 0)
}

func (z *zipReader) part(ctx context.Context, content io.ReaderAt, size int64, name string, depth int) ([]byte, error) {
	archive, err := zip.NewReader(content, size)
	if err != nil {
		return nil, fmt.Errorf("%w: it is no archive", ErrNoPart)
	}
	for _, file := range archive.File {
		if file.Name == name {
			return z.unpack(file, maxEntry)
		}
	}
	for _, file := range archive.File {
		if within, inside := strings.CutPrefix(name, file.Name+"/"); inside && depth+1 < maxNested && ctx.Err() == nil {
			inner, err := z.unpack(file, maxInner)
			if err != nil {
				return nil, err
			}
			return z.part(ctx, bytes.NewReader(inner), int64(len(inner)), within, depth+1)
		}
	}
	return nil, ErrNoPart
}
