package search

import (
	"context"
	"iter"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
)

// Tags returns the owner's tags, most used first, and the store that answered: the index if it has
// the owner's last write and the named one, otherwise the database.
func (f *Finder) Tags(ctx context.Context, owner string, after readyourwrites.After) ([]searchindex.Tag, string, error) {
	return f.counted(ctx, owner, after, counting{
		of:       "tags",
		indexed:  func(ctx context.Context) ([]searchindex.Tag, error) { return f.index.Tags(ctx, owner) },
		inMemory: func(docs iter.Seq[searchindex.Document]) []searchindex.Tag { return searchindex.TagsOf(docs, owner) },
	})
}
