package bleveindex

import (
	"context"
	"fmt"

	"larder.dev/internal/searchindex"
)

// Tags implements searchindex.Index.
func (x *Index) Tags(ctx context.Context, owner string) ([]searchindex.Tag, error) {
	return x.counted(ctx, owner, func(ctx context.Context, v view) ([]searchindex.Tag, error) { return v.tags(ctx, owner) })
}

// Foods implements searchindex.Index.
func (x *Index) Foods(ctx context.Context, owner, prefix string, limit int) ([]searchindex.Tag, error) {
	return x.counted(ctx, owner, func(ctx context.Context, v view) ([]searchindex.Tag, error) {
		return v.foods(ctx, owner, prefix, limit)
	})
}

// counted counts in what searches see, within the time of a query.
func (x *Index) counted(ctx context.Context, owner string,
	count func(context.Context, view) ([]searchindex.Tag, error),
) ([]searchindex.Tag, error) {
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
	ctx, cancel := searchindex.Cost{}.Bounded(ctx)
	defer cancel()
	tags, err := count(ctx, view)
	return tags, searchindex.Explain(ctx, err)
}

func (v view) foods(ctx context.Context, owner, prefix string, limit int) ([]searchindex.Tag, error) {
	terms, err := v.terms(ctx, fieldFood, term(owner, prefix))
	if err != nil {
		return nil, err
	}
	counts := map[string]int{}
	for _, food := range terms {
		n, err := v.count(ctx, fieldFood, food)
		if err != nil {
			return nil, fmt.Errorf("count foods of owner %s: %w", owner, err)
		}
		if n > 0 {
			counts[food[len(under(owner)):]] = n
		}
	}
	return searchindex.RankFoods(counts, limit), nil
}

// tags counts each label's documents: the work grows with the owner's tags, not with the documents.
func (v view) tags(ctx context.Context, owner string) ([]searchindex.Tag, error) {
	labels, err := v.terms(ctx, fieldLabel, under(owner))
	if err != nil {
		return nil, err
	}
	counts := map[searchindex.TagLabel]int{}
	for _, label := range labels {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("count tags of owner %s: %w", owner, ctx.Err())
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
