package component

import (
	"context"
	"errors"
	"io"
	"log/slog"

	"larder.dev/events"
	"larder.dev/exporter"
	fileservice "larder.dev/file-service"
	"larder.dev/internal/objectstore"
)

// Pictures are one user's pictures, for an export. A missing or damaged one stops no export: it is
// logged, and a damaged one is exported as far as it can be read.
type Pictures struct {
	Objects objectstore.Store
	User    string
	Log     *slog.Logger
}

// Original opens a picture as it was uploaded.
func (p Pictures) Original(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.open(ctx, file, fileservice.Open)
}

// JPEG opens a picture as a JPEG.
func (p Pictures) JPEG(ctx context.Context, file events.File) (io.ReadCloser, error) {
	return p.open(ctx, file, fileservice.OpenJPEG)
}

func (p Pictures) open(ctx context.Context, file events.File,
	open func(context.Context, objectstore.Store, string, events.File) (io.ReadCloser, error),
) (io.ReadCloser, error) {
	content, err := open(ctx, p.Objects, p.User, file)
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
