// Package searchindex is the projection that keeps the search index: one document per recipe.
package searchindex

import (
	"context"
	"errors"
	"fmt"
	"time"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors"
	"larder.dev/projectors/views"
)

// Name is the projection's name.
const Name = "search"

// spacing is the minimum time between segments.
const spacing = 200 * time.Millisecond

// Projection writes recipes to a search index.
type Projection struct{ index searchindex.Index }

// New returns the projection for an index. The caller closes the index.
func New(index searchindex.Index) *Projection { return &Projection{index: index} }

// Spec is the same for every instance of this projection. It has one lane, because the index makes
// each batch durable: one large batch is cheaper than several small concurrent ones. Each batch
// becomes a segment, and small segments are merged most often: five a second are few, and spacing
// is still less than a search's wait for the caller's own write.
func Spec() projectors.Spec {
	return projectors.Spec{
		Name: Name, Filters: []string{events.AllRecipes}, Lanes: 1, Batch: 500, Every: spacing, RebuildWriters: 2, Current: true,
	}
}

// Spec implements projectors.Projection.
func (p *Projection) Spec() projectors.Spec { return Spec() }

// Apply implements projectors.Projection. The index keeps the newest version of each document.
func (p *Projection) Apply(ctx context.Context, batch []projectors.Event) error {
	return apply(ctx, p.index, batch)
}

// Erase implements projectors.Projection.
func (p *Projection) Erase(ctx context.Context, user string) (int, error) {
	return p.index.Erase(ctx, user)
}

// Fresh implements projectors.Projection.
func (p *Projection) Fresh(ctx context.Context) (bool, error) { return p.index.Fresh(ctx) }

// Lost implements projectors.Watcher.
func (p *Projection) Lost(ctx context.Context) (bool, error) { return p.index.Lost(ctx) }

// Outdated implements projectors.Renewer.
func (p *Projection) Outdated(ctx context.Context) (bool, error) { return p.index.Outdated(ctx) }

// Rebuild implements projectors.Projection.
func (p *Projection) Rebuild(ctx context.Context) (projectors.Target, error) {
	rebuild, err := p.index.Rebuild(ctx)
	if err != nil {
		return nil, err
	}
	return target{rebuild}, nil
}

// Old implements projectors.Reversible.
func (p *Projection) Old(ctx context.Context) (projectors.Target, time.Time, error) {
	old, since, err := p.index.Old(ctx)
	if errors.Is(err, searchindex.ErrNoOld) {
		return nil, time.Time{}, fmt.Errorf("%w: %w", projectors.ErrNoOld, err)
	}
	if err != nil {
		return nil, time.Time{}, err
	}
	return target{old}, since, nil
}

// DropOld implements projectors.Reversible.
func (p *Projection) DropOld(ctx context.Context) (bool, error) { return p.index.DropOld(ctx) }

type target struct{ searchindex.Rebuild }

func (t target) Apply(ctx context.Context, batch []projectors.Event) error {
	return apply(ctx, t.Rebuild, batch)
}

type sink interface {
	Apply(ctx context.Context, docs []searchindex.Document) error
}

func apply(ctx context.Context, to sink, batch []projectors.Event) error {
	docs := make([]searchindex.Document, 0, len(batch))
	for _, event := range batch {
		doc, err := views.SearchDocument(event.Envelope)
		if err != nil {
			return err
		}
		docs = append(docs, doc)
	}
	err := to.Apply(ctx, docs)
	if errors.Is(err, searchindex.ErrBadDocument) {
		return fmt.Errorf("index %d documents: %w: %w", len(docs), projectors.ErrImpossible, err)
	}
	if errors.Is(err, searchindex.ErrLost) {
		return fmt.Errorf("index %d documents: %w: %w", len(docs), projectors.ErrLost, err)
	}
	return err
}
