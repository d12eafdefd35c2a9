package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/searchindex"
)

// Search implements searchindex.Index.
func (x *Index) Search(ctx context.Context, query searchindex.Query) (searchindex.Page, error) {
	plan, err := query.Plan()
	if err != nil {
		return searchindex.Page{}, err
	}
	done, err := x.use()
	if err != nil {
		return searchindex.Page{}, err
	}
	defer done()
	if !searchindex.IsName(plan.Owner) {
		return searchindex.Page{Hits: []searchindex.Hit{}}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := x.fit(ctx); err != nil {
		return searchindex.Page{}, err
	}
	plan.Limit = min(plan.Limit, maxLimit-1)
	found, err := x.find(ctx, plan)
	if err != nil {
		return searchindex.Page{}, fmt.Errorf("search %s: %w", x.alias, x.lost(err))
	}
	return found.page(plan)
}

// find retries once if a rebuild removed the index between resolving the alias and the search: by
// then the alias points to the new one.
func (x *Index) find(ctx context.Context, plan searchindex.Plan) (found results, err error) {
	request, err := json.Marshal(searchBody(plan))
	if err != nil {
		return results{}, fmt.Errorf("encode request: %w", err)
	}
	const tries = 3
	for range tries {
		if found, err = x.ask(ctx, plan.Owner, request); !hasStatus(err, http.StatusNotFound, http.StatusServiceUnavailable) {
			break
		}
	}
	return found, err
}

func (x *Index) ask(ctx context.Context, owner string, request []byte) (found results, err error) {
	partial := false // an unavailable shard is an error, not a shorter list
	err = x.call(ctx, esapi.SearchRequest{
		Index: []string{x.alias}, Body: bytes.NewReader(request),
		Routing: []string{routing(owner)}, AllowPartialSearchResults: &partial,
		FilterPath: []string{"hits.total.value", "hits.hits._version", "hits.hits._source", "hits.hits.sort", "aggregations"},
	}, &found)
	return found, tooCostly(err)
}

// results is the answer to a search.
type results struct {
	Hits struct {
		Total struct{ Value int }
		Hits  []result
	}
	Aggregations map[string]struct {
		Count int `json:"doc_count"`
	}
}

// tiers counts the hits of all pages by tier. Better tiers that count the same aren't
// distinguished.
func (r results) tiers() (in searchindex.Tiers) {
	all := r.Hits.Total.Value
	if r.Aggregations == nil {
		in[searchindex.TierExact] = all
		return in
	}
	prefixed, resembling := r.Aggregations[countPrefix].Count, r.Aggregations[countTypo].Count
	in[searchindex.TierPrefix] = prefixed
	in[searchindex.TierTypo] = resembling - prefixed
	in[searchindex.TierPart] = all - resembling
	return in
}

//nolint:tagliatelle // Elasticsearch's names
type result struct {
	Version int64                 `json:"_version"`
	Source  struct{ Name string } `json:"_source"`
	Sort    []json.RawMessage     `json:"sort"`
}

func (r results) page(plan searchindex.Plan) (searchindex.Page, error) {
	page := searchindex.Page{Hits: []searchindex.Hit{}}
	page.Total, page.Similar = r.tiers().Total()
	for i, found := range r.Hits.Hits {
		if i == plan.Limit {
			break // the extra hit
		}
		at, err := found.position()
		if err != nil {
			return searchindex.Page{}, fmt.Errorf("read hit: %w", err)
		}
		page.Hits = append(page.Hits, searchindex.Hit{ID: at.ID, Name: found.Source.Name, Version: found.Version})
		if i == plan.Limit-1 && len(r.Hits.Hits) > plan.Limit {
			page.Next = plan.Cursor(at)
		}
	}
	return page, nil
}

// position parses a hit's sort values: key and id, preceded by the score if the query has words.
func (r result) position() (searchindex.Position, error) {
	at := searchindex.Position{Tier: searchindex.TierExact}
	values := r.Sort
	if len(values) == 3 {
		var score float64
		if err := json.Unmarshal(values[0], &score); err != nil {
			return at, fmt.Errorf("score: %w", err)
		}
		at.Tier, values = tierOf(score), values[1:]
	}
	if len(values) != 2 {
		return at, fmt.Errorf("%d sort values", len(r.Sort))
	}
	if err := json.Unmarshal(values[0], &at.Key); err != nil {
		return at, fmt.Errorf("sort key: %w", err)
	}
	if err := json.Unmarshal(values[1], &at.ID); err != nil {
		return at, fmt.Errorf("id: %w", err)
	}
	return at, nil
}
