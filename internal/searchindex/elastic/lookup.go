package elastic

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/retry"
)

// Two views of a document: asWritten sees every acknowledged write, asSearched what searches see.
const (
	asWritten  = true
	asSearched = false
)

// lookUp returns each document's version, 0 for a missing one.
//
// It sends ids in the request body: the client doesn't escape an id in the URL, and ids may contain
// anything.
func (x *Index) lookUp(ctx context.Context, name string, keys []docKey, realtime bool) ([]int64, error) {
	wanted := make([]object, 0, len(keys))
	for _, key := range keys {
		wanted = append(wanted, object{"_id": key.String(), "routing": routing(key.owner), "_source": false})
	}
	request, err := body(object{"docs": wanted})
	if err != nil {
		return nil, err
	}
	var answer struct{ Docs []lookedUp }
	if err := x.call(ctx, esapi.MgetRequest{Index: name, Body: request, Realtime: &realtime}, &answer); err != nil {
		return nil, fmt.Errorf("look up %d documents in %s: %w", len(keys), name, err)
	}
	if len(answer.Docs) != len(keys) {
		return nil, fmt.Errorf("look up in %s: %d answers for %d documents", name, len(answer.Docs), len(keys))
	}
	versions := make([]int64, 0, len(keys))
	for i, key := range keys {
		got := answer.Docs[i]
		if got.Error.Type == kindNoShard {
			return nil, fmt.Errorf("look up in %s: %w", name, errNoShard)
		}
		if got.Error.Type != "" {
			return nil, fmt.Errorf("look up document %q of owner %q in %s: %s", key.id, key.owner, name, got.Error.Type)
		}
		versions = append(versions, got.Version)
	}
	return versions, nil
}

// lookUpSoon is lookUp that waits for the shard, which briefly isn't available after the index was
// created.
func (x *Index) lookUpSoon(ctx context.Context, name string, keys []docKey, realtime bool) ([]int64, error) {
	for {
		versions, err := x.lookUp(ctx, name, keys, realtime)
		if !errors.Is(err, errNoShard) {
			return versions, err
		}
		if !retry.Wait(ctx, shardPoll) {
			return nil, err
		}
	}
}

// shardPoll is the interval of checks for a shard.
const shardPoll = 20 * time.Millisecond

var errNoShard = unavailable(errors.New(kindNoShard))

// kindNoShard means that a document's shard isn't on any node at the moment.
const kindNoShard = "no_shard_available_action_exception"

// lookedUp has version 0 for a missing document.
type lookedUp struct {
	Version int64   `json:"_version"` //nolint:tagliatelle // Elasticsearch's name
	Error   problem `json:"error"`
}
