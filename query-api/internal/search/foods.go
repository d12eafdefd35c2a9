package search

import (
	"context"
	"iter"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
	"larder.dev/recipe/food"
)

// Foods returns at most limit foods of the owner's recipes that begin with a prefix, most used
// first, and the store that answered, as for Tags.
func (f *Finder) Foods(
	ctx context.Context, owner, prefix string, limit int, after readyourwrites.After,
) (foods []searchindex.Tag, source string, err error) {
	prefix = wordfold.Key(prefix)
	return f.counted(ctx, owner, after, counting{
		of:      "foods",
		indexed: func(ctx context.Context) ([]searchindex.Tag, error) { return f.index.Foods(ctx, owner, prefix, limit) },
		inMemory: func(docs iter.Seq[searchindex.Document]) []searchindex.Tag {
			return searchindex.FoodsOf(docs, owner, prefix, limit)
		},
		needs: foodsNeeded,
	})
}

// foodKeys returns what the index has the foods under that a caller asks for.
func foodKeys(asked []string) []string {
	keys := make([]string, len(asked))
	for i, name := range asked {
		keys[i] = food.Asked(name)
	}
	return keys
}
