// Package exporter writes recipes in the formats of Larder and of other programs, one recipe at a
// time, so that a collection of any size needs little memory. It is the counterpart of importer: it
// is pure, and what it writes, importer reads back.
package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"

	"larder.dev/events"
)

// Format names a format, as in the API and on the command line.
type Format string

// The formats.
const (
	Larder   Format = "larder"   // a line a recipe, exactly as it is; without pictures
	JSONLD   Format = "json-ld"  // a zip of schema.org recipes, in the folders of Nextcloud Cookbook
	Cooklang Format = "cooklang" // a zip of .cook files
	Paprika  Format = "paprika"  // a .paprikarecipes archive
	PDF      Format = "pdf"      // a cookbook with contents; importer doesn't read it
)

// Formats lists every format.
func Formats() []Format { return []Format{Larder, JSONLD, Cooklang, Paprika, PDF} }

// MediaType is the type of a file in this format.
func (f Format) MediaType() string {
	switch f {
	case Larder:
		return "application/x-ndjson"
	case PDF:
		return "application/pdf"
	default:
		return "application/zip"
	}
}

// Extension is the usual end of a file's name in this format.
func (f Format) Extension() string {
	switch f {
	case Larder:
		return ".jsonl"
	case Paprika:
		return ".paprikarecipes"
	case PDF:
		return ".pdf"
	default:
		return ".zip"
	}
}

// ErrNoPicture means that a picture is missing, or can't be had in the form asked for.
var ErrNoPicture = errors.New("no such picture")

// Pictures opens the pictures of recipes. The error is ErrNoPicture for one that is skipped; any
// other ends the export.
type Pictures interface {
	// Original opens a picture as it was uploaded.
	Original(ctx context.Context, file events.File) (io.ReadCloser, error)
	// JPEG opens a picture in a size for a screen or a page.
	JPEG(ctx context.Context, file events.File) (io.ReadCloser, error)
}

// NoPictures is for an export without pictures.
type NoPictures struct{}

// Original returns ErrNoPicture.
func (NoPictures) Original(context.Context, events.File) (io.ReadCloser, error) {
	return nil, ErrNoPicture
}

// JPEG returns ErrNoPicture.
func (NoPictures) JPEG(context.Context, events.File) (io.ReadCloser, error) {
	return nil, ErrNoPicture
}

// Writer writes an export.
type Writer interface {
	// Recipe adds a recipe.
	Recipe(ctx context.Context, r events.Recipe) error
	// Close completes the export. What was written without it is cut off.
	Close() error
}

// New begins an export in a format.
func New(format Format, to io.Writer, pictures Pictures) (Writer, error) {
	switch format {
	case Larder:
		return newLines(to), nil
	case JSONLD:
		return &linkedData{newArchive(to, pictures)}, nil
	case Cooklang:
		return &cooklang{newArchive(to, pictures)}, nil
	case Paprika:
		return &paprika{newArchive(to, pictures)}, nil
	case PDF:
		return newBook(to, pictures)
	default:
		return nil, fmt.Errorf("there is no format %q", format)
	}
}
