package elastic

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/searchindex"
)

// maxLabels bounds how many of an owner's tags are counted: exceeding a server's bucket limit would
// fail the search.
const maxLabels = 10_000

// Tags implements searchindex.Index.
func (x *Index) Tags(ctx context.Context, owner string) ([]searchindex.Tag, error) {
	return x.counted(ctx, owner, func(ctx context.Context) ([]searchindex.Tag, error) {
		counts, err := x.labels(ctx, owner)
		if err != nil {
			return nil, fmt.Errorf("count tags in %s: %w", x.alias, err)
		}
		return searchindex.RankTags(counts), nil
	})
}

// Foods implements searchindex.Index.
func (x *Index) Foods(ctx context.Context, owner, prefix string, limit int) ([]searchindex.Tag, error) {
	terms := object{"field": fieldFood, "size": maxLabels}
	if prefix != "" {
		// Folded words have no special characters.
		terms["include"] = prefix + ".*"
	}
	return x.counted(ctx, owner, func(ctx context.Context) ([]searchindex.Tag, error) {
		counts, err := x.countTerms(ctx, owner, terms)
		if err != nil {
			return nil, fmt.Errorf("count foods in %s: %w", x.alias, err)
		}
		return searchindex.RankFoods(counts, limit), nil
	})
}

// counted counts in an index of this layout, as long as an answer may take.
func (x *Index) counted(ctx context.Context, owner string,
	count func(context.Context) ([]searchindex.Tag, error),
) ([]searchindex.Tag, error) {
	done, err := x.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if !searchindex.IsName(owner) {
		return []searchindex.Tag{}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := x.fit(ctx); err != nil {
		return nil, err
	}
	return count(ctx)
}

func (x *Index) labels(ctx context.Context, owner string) (map[searchindex.TagLabel]int, error) {
	found, err := x.countTerms(ctx, owner, object{"field": fieldLabels, "size": maxLabels})
	if err != nil {
		return nil, err
	}
	counts := map[searchindex.TagLabel]int{}
	for tag, count := range found {
		key, label, ok := strings.Cut(tag, labelSeparator)
		if !ok {
			return nil, errors.New("a tag without its key")
		}
		counts[searchindex.TagLabel{Key: key, Name: label}] = count
	}
	return counts, nil
}

// countTerms returns how many of an owner's documents have each of a field's terms.
func (x *Index) countTerms(ctx context.Context, owner string, terms object) (map[string]int, error) {
	const name = "counted"
	request, err := body(object{
		"size":             0,
		"track_total_hits": false,
		"timeout":          milliseconds(searchindex.DefaultCost().Time),
		"query": object{"bool": object{"filter": []object{
			{"term": object{fieldOwner: owner}}, {"term": object{fieldDeleted: false}},
		}}},
		"aggs": object{name: object{"terms": terms}},
	})
	if err != nil {
		return nil, err
	}
	var found struct {
		Aggregations map[string]struct {
			Buckets []struct {
				Key   string
				Count int `json:"doc_count"`
			}
		}
	}
	partial := false // an unavailable shard is an error, not a smaller count
	err = x.call(ctx, esapi.SearchRequest{
		Index: []string{x.alias}, Body: request, Routing: []string{routing(owner)},
		AllowPartialSearchResults: &partial, FilterPath: []string{"aggregations"},
	}, &found)
	if err != nil {
		return nil, tooCostly(err)
	}
	counts := map[string]int{}
	for _, bucket := range found.Aggregations[name].Buckets {
		counts[bucket.Key] = bucket.Count
	}
	return counts, nil
}

// Outdated implements searchindex.Index.
func (x *Index) Outdated(ctx context.Context) (bool, error) {
	done, err := x.use()
	if err != nil {
		return false, err
	}
	defer done()
	if err := x.ensure(ctx); err != nil {
		return false, err
	}
	_, layout, err := x.serving(ctx)
	if err != nil {
		return false, fmt.Errorf("look at search index %s: %w", x.alias, err)
	}
	return layout < x.layout, nil
}
