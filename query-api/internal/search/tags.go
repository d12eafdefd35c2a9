package search

import (
	"context"
	"errors"
	"fmt"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
)

// Tags returns the owner's tags, most used first, and the store that answered: the index if it has
// the owner's last write and the named one, otherwise the database.
func (f *Finder) Tags(ctx context.Context, owner string, after readyourwrites.After) ([]searchindex.Tag, string, error) {
	leave, err := f.turns.Enter(ctx, owner)
	if err != nil {
		return nil, "", fmt.Errorf("count the tags of user %s: %w", owner, err)
	}
	defer leave()
	tags, err := f.indexedTags(ctx, owner, after)
	switch {
	case err == nil:
		return tags, FromIndex, nil
	case errors.Is(err, searchindex.ErrTooCostly):
		return nil, "", err
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	}
	f.fallBack(ctx, owner, err)
	return f.storedTags(ctx, owner)
}

func (f *Finder) indexedTags(ctx context.Context, owner string, after readyourwrites.After) ([]searchindex.Tag, error) {
	if f.index == nil {
		return nil, errNoIndex
	}
	if err := f.awaitWrites(ctx, owner, after); err != nil {
		return nil, err
	}
	tags, err := f.index.Tags(ctx, owner)
	if err != nil {
		return nil, fmt.Errorf("count the tags of user %s: %w", owner, err)
	}
	return tags, nil
}

func (f *Finder) storedTags(ctx context.Context, owner string) ([]searchindex.Tag, string, error) {
	done, err := f.scan(ctx, owner)
	if err != nil {
		return nil, "", err
	}
	defer done()
	named, source, err := f.recipes.Names(ctx, owner)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := f.cost.Bounded(ctx)
	defer cancel()
	tags := searchindex.TagsOf(documents(ctx, owner, named), owner)
	return tags, string(source), searchindex.Explain(ctx, ctx.Err())
}
