package elastic

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/retry"
	"larder.dev/internal/searchindex"
)

// Bulk requests stay far below Elasticsearch's limit (100 MB), and are large enough to make the
// request overhead negligible.
const (
	maxBulkDocs  = 2000
	maxBulkBytes = 4 << 20

	usualDocBytes = 512 // initial guess for a document with its action
)

// target is where documents are written. It is always an alias: writing to a missing alias fails,
// while writing to a missing index would create one with a guessed mapping.
type target struct {
	alias   string
	visible bool // to searches when the write returns
}

func (x *Index) apply(ctx context.Context, to target, docs []searchindex.Document) error {
	docs, err := newest(docs)
	if err != nil {
		return err
	}
	for len(docs) > 0 {
		n, request, err := encodeBulk(docs)
		if err != nil {
			return err
		}
		older, err := x.bulk(ctx, to, docs[:n], request)
		if err != nil {
			return err
		}
		if err := x.applyErased(ctx, to, older); err != nil {
			return err
		}
		docs = docs[n:]
	}
	return nil
}

// bulkAction is the bulk request line that says what to do with the next line's document.
type bulkAction struct {
	Index bulkIndex `json:"index"`
}

type bulkIndex struct {
	ID          string `json:"_id"` //nolint:tagliatelle // Elasticsearch's name
	Routing     string `json:"routing"`
	Version     int64  `json:"version"`
	VersionType string `json:"version_type"`
}

// encodeBulk encodes as many of the documents as fit into one request.
func encodeBulk(docs []searchindex.Document) (n int, request []byte, err error) {
	var out bytes.Buffer
	out.Grow(min(len(docs)*usualDocBytes, maxBulkBytes))
	encoder := json.NewEncoder(&out) // ends each value with the newline that the format requires
	for n < min(len(docs), maxBulkDocs) && (n == 0 || out.Len() < maxBulkBytes) {
		doc := docs[n]
		versioning := "external"
		if doc.Again {
			versioning = "external_gte"
		}
		action := bulkAction{Index: bulkIndex{
			ID: docKey{doc.Owner, doc.ID}.String(), Routing: routing(doc.Owner),
			Version: doc.Version, VersionType: versioning,
		}}
		for _, line := range []any{action, toSource(doc)} {
			if err := encoder.Encode(line); err != nil {
				return 0, nil, fmt.Errorf("encode document %q of owner %q: %w", doc.ID, doc.Owner, err)
			}
		}
		n++
	}
	return n, out.Bytes(), nil
}

// bulk writes documents and reads each result. It returns those of which Elasticsearch has, or had,
// the same or a newer version.
//
// A write that has to be visible refreshes the shards it wrote to. Waiting for a periodic refresh
// would delay a change's visibility by up to the interval, half a second on average; projections
// write batches, so refreshes stay few.
func (x *Index) bulk(
	ctx context.Context, to target, docs []searchindex.Document, request []byte,
) (older []searchindex.Document, err error) {
	defer func() { x.full.Note(err) }()
	mustBeAlias := true
	refresh := "false"
	if to.visible {
		refresh = "true"
	}
	var answer struct {
		Items []struct {
			Index bulkItem `json:"index"`
		} `json:"items"`
	}
	if err := x.call(ctx, esapi.BulkRequest{
		Index: to.alias, Body: bytes.NewReader(request), Refresh: refresh, RequireAlias: &mustBeAlias,
		FilterPath: []string{"items.*.status", "items.*.error.type", "items.*.error.reason"},
	}, &answer); err != nil {
		return nil, fmt.Errorf("write %d documents to %s: %w", len(docs), to.alias, err)
	}
	if len(answer.Items) != len(docs) {
		return nil, fmt.Errorf("write to %s: %d answers for %d documents", to.alias, len(answer.Items), len(docs))
	}
	for i, item := range answer.Items {
		result := item.Index
		if result.Status == http.StatusConflict {
			older = append(older, docs[i])
			continue
		}
		if err := result.err(); err != nil {
			return nil, fmt.Errorf("write document %q of owner %q to %s: %w", docs[i].ID, docs[i].Owner, to.alias, err)
		}
	}
	return older, nil
}

type bulkItem struct {
	Status int     `json:"status"`
	Error  problem `json:"error"`
}

// kindStrict rejects a field that the index lacks: another version of this program laid it out
// since, and the document is fine.
const kindStrict = "strict_dynamic_mapping_exception"

// err omits the reason for what can never be indexed: Elasticsearch quotes the document in it, and
// names don't belong in logs.
func (i bulkItem) err() error {
	switch {
	case i.Status >= 200 && i.Status < 300:
		return nil
	case i.Error.Type == kindStrict:
		return fmt.Errorf("%w: %s", searchindex.ErrOutdated, i.Error.Type)
	case isPassing(i.Status):
		return unavailable(&statusError{status: i.Status, kind: i.Error.Type, reason: i.Error.Reason})
	case i.Status == http.StatusBadRequest:
		return fmt.Errorf("%w: %s", searchindex.ErrBadDocument, i.Error.Type)
	}
	return &statusError{status: i.Status, kind: i.Error.Type, reason: i.Error.Reason}
}

// forgetInterval is the delay between retries of writes that an erased document's version rejects.
// Elasticsearch updates its clock for that every 200 ms.
const forgetInterval = 100 * time.Millisecond

// applyErased retries writes rejected because of an erased document's version. Elasticsearch
// remembers a deleted document's version until the first refresh after gc_deletes, and rejects
// older ones until then. Almost always there is a newer document and nothing to do.
func (x *Index) applyErased(ctx context.Context, to target, older []searchindex.Document) error {
	for len(older) > 0 {
		missing, err := x.missing(ctx, to, older)
		if err != nil || len(missing) == 0 {
			return err
		}
		if !retry.Wait(ctx, forgetInterval) {
			return fmt.Errorf("write again what was erased from %s: %w", to.alias, ctx.Err())
		}
		if err := x.refresh(ctx, to.alias); err != nil {
			return err
		}
		n, request, err := encodeBulk(missing)
		if err != nil {
			return err
		}
		again, err := x.bulk(ctx, to, missing[:n], request)
		if err != nil {
			return err
		}
		older = slices.Concat(again, missing[n:])
	}
	return nil
}

// missing returns the documents of which no version exists.
func (x *Index) missing(ctx context.Context, to target, docs []searchindex.Document) ([]searchindex.Document, error) {
	keys := make([]docKey, 0, len(docs))
	for _, doc := range docs {
		keys = append(keys, docKey{doc.Owner, doc.ID})
	}
	versions, err := x.lookUp(ctx, to.alias, keys, asWritten)
	if err != nil {
		return nil, err
	}
	var missing []searchindex.Document
	for i, version := range versions {
		if version == 0 {
			missing = append(missing, docs[i])
		}
	}
	return missing, nil
}

func (x *Index) refresh(ctx context.Context, name string) error {
	if err := x.call(ctx, esapi.IndicesRefreshRequest{Index: []string{name}}, nil); err != nil {
		return fmt.Errorf("refresh %s: %w", name, err)
	}
	return nil
}
