package component

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"larder.dev/events"
	"larder.dev/exporter"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/objectstore"
)

// Pictures are one user's pictures, for an export. A missing or damaged one stops no export: it is
// logged, and a damaged one is exported as far as it can be read.
type Pictures struct {
	Opener *fileservice.Opener
	User   string
	Log    *slog.Logger
}

// OpenerOf returns an Opener that draws with this program; pictureMemory is fileservice.Deps'.
func OpenerOf(objects objectstore.Store, pictureMemory int64, log *slog.Logger) (*fileservice.Opener, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find the program that draws pictures: %w", err)
	}
	return fileservice.NewOpener(objects, []string{self, fileservice.DrawCommand}, pictureMemory, log), nil
}

// Original opens a picture as it was uploaded.
func (p Pictures) Original(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.open(ctx, file, p.Opener.Open)
}

// JPEG opens a picture as a JPEG.
func (p Pictures) JPEG(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.open(ctx, file, p.Opener.OpenJPEG)
}

func (p Pictures) open(ctx context.Context, file events.File,
	open func(context.Context, string, events.File) (io.ReadCloser, error),
) (io.ReadCloser, error) {
	content, err := open(ctx, p.User, file)
	if errors.Is(err, objectstore.ErrNotFound) {
		p.Log.WarnContext(ctx, "a picture is left out of an export: it is missing", "user", p.User, "file", file.ID)
		return nil, exporter.ErrNoPicture
	}
	if err != nil {
		return nil, err
	}
	damaged := func() {
		p.Log.WarnContext(ctx, "a picture is damaged in an export: larder backup verify --files", "user", p.User, "file", file.ID)
	}
	return &lenient{ReadCloser: content, damaged: damaged}, nil
}

// lenient ends where an object's bytes aren't those that were put.
type lenient struct {
	io.ReadCloser

	damaged func()
}

func (l *lenient) Read(into []byte) (int, error) {
	n, err := l.ReadCloser.Read(into)
	if errors.Is(err, objectstore.ErrDamaged) {
		l.damaged()
		err = io.EOF
	}
	return n, err
}
