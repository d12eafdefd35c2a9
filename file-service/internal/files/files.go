// Package files is what is done with files: attach one, remove one, and sweep what nothing names.
package files

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"

	"larder.dev/events"
	"larder.dev/file-service/internal/antivirus"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/objectstore"
)

// Errors of what is asked for. Those of the stores are given as they come.
var (
	ErrNoRecipe = errors.New("no such recipe")
	ErrNoFile   = errors.New("no such file")
	ErrTooMany  = errors.New("the recipe has as many files as it may")
	ErrNoRoom   = errors.New("the recipe is too large for another file")
	ErrEmpty    = errors.New("the file is empty")
)

// Files does all that is done with files. It is safe for concurrent use.
type Files struct {
	database *filestore.Store
	standby  *filestore.Standby
	objects  objectstore.Store
	incoming *incoming.Store
	scanner  *antivirus.Clamd
	pictures *picture.Drawer
	maxSize  int64
	log      *slog.Logger
}

// Options are what Files work with.
type Options struct {
	Database *filestore.Store
	Standby  *filestore.Standby // nil for none
	Objects  objectstore.Store
	Incoming *incoming.Store
	Scanner  *antivirus.Clamd // nil for none
	Pictures *picture.Drawer
	MaxSize  int64 // of a file, in bytes
	Log      *slog.Logger
}

// New makes Files.
func New(o Options) *Files {
	return &Files{
		database: o.Database, standby: o.Standby, objects: o.Objects, incoming: o.Incoming, scanner: o.Scanner, pictures: o.Pictures,
		maxSize: o.MaxSize, log: o.Log,
	}
}

// encode gives the bytes of an event or an answer, without escapes for HTML.
func encode(value any) ([]byte, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), nil
}

// orEmpty keeps a missing list from becoming null.
func orEmpty(r events.Recipe) events.Recipe {
	if r.Files == nil {
		r.Files = []events.File{}
	}
	return r
}
