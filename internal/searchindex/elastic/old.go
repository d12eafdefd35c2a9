package elastic

import (
	"context"
	"fmt"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/searchindex"
)

// AsOfAlias is the alias of an index created as a copy of another at a point in time. Erase
// includes it.
func AsOfAlias(alias, name string) string { return alias + "-past-" + name }

// asOfAliases is a pattern for such indices.
func (x *Index) asOfAliases() string { return AsOfAlias(x.alias, "*") }

// oldAlias is the alias of the generation replaced by the last commit.
func (x *Index) oldAlias() string { return x.alias + "-old" }

// oldOne returns the old generation's name, "" for none, and its metadata.
func (x *Index) oldOne(ctx context.Context) (string, meta, error) {
	var behind map[string]struct{ Mappings mappings }
	err := x.call(ctx, esapi.IndicesGetMappingRequest{Index: []string{x.oldAlias()}}, &behind)
	if isMissingIndex(err) {
		return "", meta{}, nil
	}
	if err != nil {
		return "", meta{}, fmt.Errorf("look for the old search index %s: %w", x.oldAlias(), err)
	}
	for name, index := range behind {
		if x.number(name) > 0 {
			return name, index.Mappings.Meta, nil
		}
	}
	return "", meta{}, nil
}

// noteReplaced records in a generation when it was replaced: restoring it requires applying what
// came since.
func (x *Index) noteReplaced(ctx context.Context, name string) error {
	var found map[string]struct{ Mappings mappings }
	if err := x.call(ctx, esapi.IndicesGetMappingRequest{Index: []string{name}}, &found); err != nil {
		return err
	}
	noted := found[name].Mappings.Meta
	noted.Replaced = time.Now().UTC()
	request, err := body(object{"_meta": noted})
	if err != nil {
		return err
	}
	return x.call(ctx, esapi.IndicesPutMappingRequest{Index: []string{name}, Body: request}, nil)
}

// Old implements searchindex.Index.
func (x *Index) Old(ctx context.Context) (searchindex.Rebuild, time.Time, error) {
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	x.mu.RLock()
	closed, building := x.closed, x.building
	x.mu.RUnlock()
	if closed {
		return nil, time.Time{}, searchindex.ErrClosed
	}
	if building != nil {
		return nil, time.Time{}, searchindex.ErrRebuilding
	}
	name, said, err := x.oldOne(ctx)
	if err != nil {
		return nil, time.Time{}, err
	}
	if name == "" {
		return nil, time.Time{}, searchindex.ErrNoOld
	}
	if err := x.compare(name, said.Layout); err != nil {
		return nil, time.Time{}, err
	}
	old := &rebuild{index: x, name: name, old: true}
	if err := x.updateAliases(ctx, object{"add": object{"index": name, "alias": old.alias()}}); err != nil {
		return nil, time.Time{}, fmt.Errorf("bring back %s: %w", name, err)
	}
	x.mu.Lock()
	x.building = old
	x.mu.Unlock()
	return old, said.Replaced, nil
}

// DropOld implements searchindex.Index.
func (x *Index) DropOld(ctx context.Context) (bool, error) {
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	x.mu.RLock()
	closed, building := x.closed, x.building
	x.mu.RUnlock()
	switch {
	case closed:
		return false, searchindex.ErrClosed
	case building != nil && building.old:
		return false, searchindex.ErrRebuilding
	}
	name, _, err := x.oldOne(ctx)
	if err != nil || name == "" {
		return false, err
	}
	return true, x.drop(ctx, name)
}
