package search

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
)

// counting counts something of an owner's recipes: in the index, or in memory if the database has to
// answer.
type counting struct {
	of       string
	indexed  func(context.Context) ([]searchindex.Tag, error)
	inMemory func(iter.Seq[searchindex.Document]) []searchindex.Tag
	needs    needed
}

func (f *Finder) counted(ctx context.Context, owner string, after readyourwrites.After, c counting) ([]searchindex.Tag, string, error) {
	leave, err := f.turns.Enter(ctx, owner)
	if err != nil {
		return nil, "", fmt.Errorf("count the %s of user %s: %w", c.of, owner, err)
	}
	defer leave()
	tags, err := f.countIndexed(ctx, owner, after, c)
	switch {
	case err == nil:
		return tags, FromIndex, nil
	case errors.Is(err, searchindex.ErrTooCostly):
		return nil, "", err
	case ctx.Err() != nil:
		return nil, "", ctx.Err()
	}
	f.fallBack(ctx, owner, err)
	return f.countStored(ctx, owner, c)
}

func (f *Finder) countIndexed(ctx context.Context, owner string, after readyourwrites.After, c counting) ([]searchindex.Tag, error) {
	if f.index == nil {
		return nil, errNoIndex
	}
	if err := f.awaitWrites(ctx, owner, after); err != nil {
		return nil, err
	}
	tags, err := c.indexed(ctx)
	if err != nil {
		return nil, fmt.Errorf("count the %s of user %s: %w", c.of, owner, err)
	}
	return tags, nil
}

func (f *Finder) countStored(ctx context.Context, owner string, c counting) ([]searchindex.Tag, string, error) {
	done, err := f.scan(ctx, owner)
	if err != nil {
		return nil, "", err
	}
	defer done()
	stored, source, err := f.stored(ctx, owner, c.needs)
	if err != nil {
		return nil, "", err
	}
	ctx, cancel := f.cost.Bounded(ctx)
	defer cancel()
	tags := c.inMemory(documents(ctx, stored))
	return tags, string(source), searchindex.Explain(ctx, ctx.Err())
}
