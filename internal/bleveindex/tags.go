package bleveindex

import (
	"context"
	"fmt"

	"larder.dev/internal/searchindex"
)

// Tags implements searchindex.Index.
func (x *Index) Tags(ctx context.Context, owner string) ([]searchindex.Tag, error) {
	serving, done, err := x.useFitting()
	if err != nil {
		return nil, err
	}
	defer done()
	view, err := serving.view()
	if err != nil {
		return nil, err
	}
	defer view.close()
	if !searchindex.IsName(owner) {
		return []searchindex.Tag{}, nil
	}
	return view.tags(ctx, owner)
}

// tags counts the documents of each label: the work grows with the owner's
// tags, and not with the documents.
func (v view) tags(ctx context.Context, owner string) ([]searchindex.Tag, error) {
	ctx, cancel := searchindex.Bounded(ctx)
	defer cancel()
	labels, err := v.terms(ctx, fieldLabel, under(owner))
	if err != nil {
		return nil, err
	}
	counts := map[searchindex.TagLabel]int{}
	for _, label := range labels {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("count tags of owner %s: %w", owner, searchindex.Explain(ctx, ctx.Err()))
		}
		n, err := v.count(ctx, fieldLabel, label)
		if err != nil {
			return nil, fmt.Errorf("count tags of owner %s: %w", owner, err)
		}
		if n > 0 {
			key, name := splitPlace(label[len(under(owner)):])
			counts[searchindex.TagLabel{Key: key, Name: name}] = n
		}
	}
	return searchindex.RankTags(counts), nil
}
