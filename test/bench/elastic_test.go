package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/wordfold"
)

// bareElastic is Elasticsearch over plain HTTP: the limit that any client of it could reach.
type bareElastic struct {
	url, alias string
	http       *http.Client
}

func newBareElastic(url, alias string) *bareElastic {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	return &bareElastic{url: url, alias: alias, http: &http.Client{Transport: transport, Timeout: time.Minute}}
}

// send returns the body of an answer, which has to be a success.
func (e *bareElastic) send(method, path, contentType string, body []byte) ([]byte, error) {
	request, err := http.NewRequest(method, e.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", contentType)
	answer, err := e.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = answer.Body.Close() }()
	content, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%s %s: %s: %.300s", method, path, answer.Status, content)
	}
	return content, err
}

// ask sends JSON and reads JSON.
func (e *bareElastic) ask(method, path string, body, into any) error {
	var encoded []byte
	if body != nil {
		var err error
		if encoded, err = json.Marshal(body); err != nil {
			return err
		}
	}
	content, err := e.send(method, path, "application/json", encoded)
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(content, into)
}

type object = map[string]any

// search is Larder's query for a page of an owner's recipes by words: the best tier first (exact,
// prefix, typo), with the total. It is a separate copy, since the benchmark must not use the
// product's own query. With names, hits include them, as a list needs without Larder to complete
// it; the product only requests ids and versions.
func (e *bareElastic) search(owner, text string, limit int, names bool) error {
	words := wordfold.Words(text)
	tier := func(boost int, clause func(word string) object) object {
		var all []object
		for _, word := range words {
			all = append(all, clause(word))
		}
		return object{"constant_score": object{"boost": boost, "filter": object{"bool": object{"filter": all}}}}
	}
	body := object{
		"query": object{"bool": object{
			"filter":               []object{{"term": object{"owner": owner}}, {"term": object{"deleted": false}}},
			"should":               []object{tier(4, exactly), tier(2, beginning), tier(1, resembling)},
			"minimum_should_match": 1,
		}},
		"sort": []object{{"_score": "desc"}, {"key": "asc"}, {"id": "asc"}}, "size": limit + 1,
		"track_total_hits": true, "version": true,
	}
	if names {
		body["_source"] = []string{"name"}
	} else {
		body["stored_fields"] = "_none_"
	}
	var found struct {
		Hits struct{ Hits []json.RawMessage }
	}
	path := "/" + e.alias + "/_search?routing=" + owner + "&filter_path=hits.total.value,hits.hits._version,hits.hits._source,hits.hits.sort"
	if err := e.ask(http.MethodPost, path, body, &found); err != nil {
		return err
	}
	if len(found.Hits.Hits) == 0 {
		return fmt.Errorf("the bare query finds no %q of %s", text, owner)
	}
	return nil
}

func exactly(word string) object { return object{"term": object{"words": word}} }

func beginning(word string) object { return object{"prefix": object{"words": word}} }

func resembling(word string) object {
	typos := searchindex.Typos(word)
	if typos == 0 {
		return beginning(word)
	}
	fuzzy := object{"fuzzy": object{"words": object{
		"value": word, "fuzziness": typos, "prefix_length": utf8.RuneCountInString(searchindex.Stem(word)),
		"transpositions": true, "rewrite": "constant_score",
	}}}
	return object{"bool": object{"should": []object{beginning(word), fuzzy}, "minimum_should_match": 1}}
}

// bulks returns all documents of the index as ready bulk requests of this many, in their current
// versions.
func (e *bareElastic) bulks(b *testing.B, each int) (requests [][]byte, documents int) {
	b.Helper()
	type page struct {
		ScrollID string `json:"_scroll_id"` //nolint:tagliatelle // Elasticsearch's name
		Hits     struct {
			Hits []struct {
				ID      string          `json:"_id"`      //nolint:tagliatelle // Elasticsearch's name
				Routing string          `json:"_routing"` //nolint:tagliatelle // Elasticsearch's name
				Version int64           `json:"_version"` //nolint:tagliatelle // Elasticsearch's name
				Source  json.RawMessage `json:"_source"`  //nolint:tagliatelle // Elasticsearch's name
			}
		}
	}
	var got page
	require.NoError(b, e.ask(http.MethodPost, "/"+e.alias+"/_search?scroll=1m", object{"size": each, "version": true}, &got))
	for len(got.Hits.Hits) > 0 {
		var request bytes.Buffer
		encoder := json.NewEncoder(&request)
		for _, hit := range got.Hits.Hits {
			require.NoError(b, encoder.Encode(object{"index": object{
				"_id": hit.ID, "routing": hit.Routing, "version": hit.Version, "version_type": "external",
			}}))
			require.NoError(b, encoder.Encode(hit.Source))
		}
		requests, documents = append(requests, request.Bytes()), documents+len(got.Hits.Hits)
		id := got.ScrollID
		got = page{}
		require.NoError(b, e.ask(http.MethodPost, "/_search/scroll", object{"scroll": "1m", "scroll_id": id}, &got))
	}
	return requests, documents
}

// load sends the requests, one after another, to a new index with the other one's mapping and
// settings for loading, and makes it searchable. It returns the time since the first request.
func (e *bareElastic) load(b *testing.B, requests [][]byte) time.Duration {
	b.Helper()
	var described map[string]struct {
		Mappings json.RawMessage `json:"mappings"`
		Settings struct {
			Index struct {
				Shards string `json:"number_of_shards"`
			} `json:"index"`
		} `json:"settings"`
	}
	require.NoError(b, e.ask(http.MethodGet, "/"+e.alias, nil, &described))
	require.Len(b, described, 1)
	name := e.alias + "-bare"
	for index := range maps.Values(described) {
		require.NoError(b, e.ask(http.MethodPut, "/"+name, object{
			"mappings": index.Mappings,
			"settings": object{
				"refresh_interval": "-1", "number_of_replicas": 0, "number_of_shards": index.Settings.Index.Shards,
				"translog.durability": "async",
			},
		}, nil))
	}
	began := time.Now()
	for _, request := range requests {
		answer, err := e.send(http.MethodPost, "/"+name+"/_bulk?filter_path=errors", "application/x-ndjson", request)
		require.NoError(b, err)
		require.JSONEq(b, `{"errors":false}`, string(answer))
	}
	require.NoError(b, e.ask(http.MethodPost, "/"+name+"/_refresh", nil, nil))
	took := time.Since(began)
	require.NoError(b, e.ask(http.MethodDelete, "/"+name, nil, nil))
	return took
}

// found returns those words in documents that a search finds now.
func (e *bareElastic) found(words []string) ([]string, error) {
	var hits struct {
		Hits struct {
			Hits []struct {
				Source struct{ Name string } `json:"_source"` //nolint:tagliatelle // Elasticsearch's name
			}
		}
	}
	err := e.ask(http.MethodPost, "/"+e.alias+"/_search", object{
		"size": len(words), "_source": []string{"name"}, "query": object{"terms": object{"words": words}},
	}, &hits)
	var names []string
	for _, hit := range hits.Hits.Hits {
		names = append(names, hit.Source.Name[strings.LastIndex(hit.Source.Name, " ")+1:])
	}
	return names, err
}
