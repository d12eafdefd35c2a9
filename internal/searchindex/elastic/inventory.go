package elastic

import (
	"context"
	"errors"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/retry"
	"larder.dev/internal/searchindex"
)

// Documents implements searchindex.Index.
func (x *Index) Documents(ctx context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	done, err := x.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := x.fit(ctx); err != nil {
		return nil, orEmpty(err)
	}
	wanted := wantedDocuments(owner, ids)
	for {
		docs, err := x.documents(ctx, x.alias, wanted, asSearched)
		if !errors.Is(err, errNoShard) {
			return docs, err
		}
		if !retry.Wait(ctx, shardPoll) {
			return nil, err
		}
	}
}

func wantedDocuments(owner string, ids []string) []object {
	var wanted []object
	for _, id := range ids {
		if searchindex.IsName(owner) && searchindex.IsName(id) {
			wanted = append(wanted, object{"_id": docKey{owner, id}.String(), "routing": routing(owner)})
		}
	}
	return wanted
}

// documents reads from an index or alias: what searches see or, in real time, what was written.
func (x *Index) documents(ctx context.Context, from string, wanted []object, realtime bool) ([]searchindex.Document, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	request, err := body(object{"docs": wanted})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Docs []struct {
			lookedUp

			Found  bool   `json:"found"`
			Source source `json:"_source"` //nolint:tagliatelle // Elasticsearch's name
		}
	}
	if err := x.call(ctx, esapi.MgetRequest{Index: from, Body: request, Realtime: &realtime}, &answer); err != nil {
		return nil, fmt.Errorf("read %d documents of %s: %w", len(wanted), from, err)
	}
	var docs []searchindex.Document
	for _, got := range answer.Docs {
		switch {
		case got.Error.Type == kindNoShard:
			return nil, fmt.Errorf("read documents of %s: %w", from, errNoShard)
		case got.Error.Type != "":
			return nil, fmt.Errorf("read documents of %s: %s", from, got.Error.Type)
		case got.Found:
			doc, err := got.Source.document(got.Version)
			if err != nil {
				return nil, fmt.Errorf("read documents of %s: %w", from, err)
			}
			docs = append(docs, doc)
		}
	}
	return docs, nil
}

// Keys implements searchindex.Index.
func (x *Index) Keys(ctx context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	done, err := x.use()
	if err != nil {
		return nil, err
	}
	defer done()
	ctx, cancel := context.WithTimeout(ctx, answerPatience)
	defer cancel()
	if err := x.fit(ctx); err != nil {
		return nil, orEmpty(err)
	}
	return x.keys(ctx, x.alias, owner, after, limit)
}

// keys returns the keys that searches see in an index or alias.
func (x *Index) keys(ctx context.Context, of, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	search := object{
		"query":   object{"match_all": object{}},
		"sort":    []object{{fieldOwner: "asc"}, {fieldID: "asc"}},
		"size":    min(limit, maxLimit),
		"_source": []string{fieldOwner, fieldID},
	}
	partial := false // an unavailable shard is an error, not a shorter list
	request := esapi.SearchRequest{Index: []string{of}, AllowPartialSearchResults: &partial}
	if owner != "" {
		search["query"] = object{"term": object{fieldOwner: owner}}
		request.Routing = []string{routing(owner)}
	}
	if after != (searchindex.Key{}) {
		search["search_after"] = []any{after.Owner, after.ID}
	}
	var err error
	if request.Body, err = body(search); err != nil {
		return nil, err
	}
	var found struct {
		Hits struct {
			Hits []struct {
				Source source `json:"_source"` //nolint:tagliatelle // Elasticsearch's name
			}
		}
	}
	if err := x.call(ctx, request, &found); err != nil {
		return nil, fmt.Errorf("name the documents of %s: %w", of, err)
	}
	keys := make([]searchindex.Key, 0, len(found.Hits.Hits))
	for _, hit := range found.Hits.Hits {
		keys = append(keys, searchindex.Key{Owner: hit.Source.Owner, ID: hit.Source.ID})
	}
	return keys, nil
}

// orEmpty treats an index that doesn't exist yet as empty.
func orEmpty(err error) error {
	if errors.Is(err, errNotMade) {
		return nil
	}
	return err
}
