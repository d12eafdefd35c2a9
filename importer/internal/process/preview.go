package process

import (
	"bytes"
	"context"
	"errors"
	"time"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/internal/webpage"
)

// Preview is what an import would find.
type Preview struct {
	Recipes    []found.Recipe
	Duplicates [][]string // of each recipe
	Failed     []found.Failure
	More       bool // there is more than the preview has
}

// PageError says why a page can't be had.
type PageError struct{ reason error }

func (e *PageError) Error() string { return Reason(e.reason) }

// What bounds a preview: who brings more looks at it when it is there.
const (
	maxPreview    = 2000 // recipes and failures
	previewWithin = 10 * time.Second
)

var errEnough = errors.New("enough for a preview")

// Preview reads a material and keeps nothing: it removes the material too. The error is *PageError
// if a page can't be had.
func (m *Imports) Preview(ctx context.Context, user, id string, source events.ImportSource) (Preview, error) {
	s := &State{User: user, ID: id, Source: source}
	defer m.forget(ctx, s)
	if source.Kind == KindURL {
		page, err := m.sites.get(ctx, source.URL)
		if err != nil {
			return Preview{}, &PageError{reason: err}
		}
		s.Address = page.Address
		if _, err := m.Materials.Put(ctx, user, id, bytes.NewReader(page.Content), webpage.MaxSize); err != nil {
			return Preview{}, err
		}
	}
	content, err := m.open(ctx, s)
	if err != nil {
		return Preview{}, err
	}
	defer func() { _ = content.Close() }() // only read
	var preview Preview
	began := time.Now()
	err = each(ctx, source, s.address(), content, func(number int, r *found.Recipe, f found.Failure) error {
		if number > maxPreview || time.Since(began) > previewWithin {
			preview.More = true
			return errEnough
		}
		if r == nil {
			preview.Failed = append(preview.Failed, f)
		} else {
			preview.Recipes = append(preview.Recipes, *r)
		}
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return Preview{}, err
	}
	preview.Duplicates = make([][]string, len(preview.Recipes))
	duplicates, err := m.duplicates(ctx, user, preview.Recipes)
	copy(preview.Duplicates, duplicates)
	return preview, err
}
