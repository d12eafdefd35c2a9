// Package files attaches and removes files and sweeps unreferenced ones.
package files

import (
	"errors"
	"fmt"
	"log/slog"

	"golang.org/x/sync/singleflight"

	"larder.dev/events"
	"larder.dev/file-service/internal/antivirus"
	"larder.dev/file-service/internal/attachment"
	"larder.dev/file-service/internal/filestore"
	"larder.dev/file-service/internal/incoming"
	"larder.dev/file-service/internal/picture"
	"larder.dev/internal/ledger"
	"larder.dev/internal/objectstore"
	"larder.dev/recipe"
)

// Errors of a request. Errors of the stores are passed through.
var (
	ErrNoRecipe = errors.New("no such recipe")
	ErrNoFile   = errors.New("no such file")
	ErrTooMany  = errors.New("the recipe has as many files as it may")
	ErrNoRoom   = errors.New("the recipe is too large for another file")
	ErrEmpty    = errors.New("the file is empty")
)

// Result is a change to a recipe's files.
type Result struct {
	Recipe   events.Recipe // as it is now
	Attached *events.File  // nil after a removal
}

// Files manages the files of recipes. It is safe for concurrent use.
type Files struct {
	database *filestore.Store
	standby  *filestore.Standby
	objects  objectstore.Store
	incoming *incoming.Store
	scanner  *antivirus.Clamd
	pictures *picture.Drawer
	render   func(Result) (ledger.Answer, error)
	maxSize  int64
	log      *slog.Logger
	later    *later
	drawing  singleflight.Group
}

// Options configure Files.
type Options struct {
	Database *filestore.Store
	Standby  *filestore.Standby // nil for none
	Objects  objectstore.Store
	Incoming *incoming.Store
	Scanner  *antivirus.Clamd // nil for none
	Pictures *picture.Drawer
	MaxSize  int64 // of a file, in bytes
	Log      *slog.Logger
	// Render renders the answer that is stored under the request's key. Sweep needs none.
	Render func(Result) (ledger.Answer, error)
}

// New returns Files.
func New(o Options) *Files {
	return &Files{
		database: o.Database, standby: o.Standby, objects: o.Objects, incoming: o.Incoming, scanner: o.Scanner, pictures: o.Pictures,
		render: o.Render, maxSize: o.MaxSize, log: o.Log, later: newLater(),
	}
}

// decision converts a result to what the store writes: the recipe's next version and its event.
func (f *Files) decision(t events.Type, r Result) (filestore.Decision, error) {
	data, err := recipe.Encode(orEmpty(r.Recipe))
	if err != nil {
		return filestore.Decision{}, fmt.Errorf("write recipe %s: %w", r.Recipe.ID, err)
	}
	if t == events.RecipeFileAttached && len(data) > attachment.MaxRecipe {
		return filestore.Decision{}, ErrNoRoom
	}
	answer, err := f.render(r)
	if err != nil {
		return filestore.Decision{}, fmt.Errorf("answer a change of the files of recipe %s: %w", r.Recipe.ID, err)
	}
	return filestore.Decision{Answer: answer, Recipe: &r.Recipe, Type: t, Data: data}, nil
}

// withFiles returns the recipe with other files, as its next version.
func withFiles(r events.Recipe, files []events.File) events.Recipe {
	r.Files = files
	return recipe.Next(r, ledger.Now())
}

// orEmpty keeps a missing list from being encoded as null.
func orEmpty(r events.Recipe) events.Recipe {
	if r.Files == nil {
		r.Files = []events.File{}
	}
	return r
}
