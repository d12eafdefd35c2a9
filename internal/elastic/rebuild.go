package elastic

import (
	"context"
	"fmt"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"larder.dev/internal/searchindex"
)

// rebuild is the generation being built, as long as the index says so.
type rebuild struct {
	index *Index
	name  string
}

// alias is what documents are written to while the generation is being built.
func (r *rebuild) alias() string { return r.name + "-building" }

// Rebuild implements searchindex.Index. It removes what an earlier rebuild left
// that didn't end, of this process or of another: of two that build, the later
// one goes on, and the writes of the other fail.
func (x *Index) Rebuild(ctx context.Context) (searchindex.Rebuild, error) {
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	x.mu.RLock()
	closed, building := x.closed, x.building
	x.mu.RUnlock()
	if closed {
		return nil, searchindex.ErrClosed
	}
	if building != nil {
		return nil, searchindex.ErrRebuilding
	}
	if err := x.ensure(ctx); err != nil {
		return nil, err
	}
	serving, layout, err := x.serving(ctx)
	if err != nil {
		return nil, err
	}
	if layout > x.layout {
		return nil, x.compare(serving, layout)
	}
	name, err := x.next(ctx)
	if err != nil {
		return nil, err
	}
	if err := x.dropOthers(ctx, serving); err != nil {
		return nil, err
	}
	next := &rebuild{index: x, name: name}
	if err := x.create(ctx, name, next.alias(), buildingSettings()); err != nil {
		return nil, err
	}
	x.mu.Lock()
	x.building = next
	x.mu.Unlock()
	return next, nil
}

// dropOthers removes every generation that doesn't serve.
func (x *Index) dropOthers(ctx context.Context, serving string) error {
	names, err := x.generations(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == serving {
			continue
		}
		if err := x.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// use keeps the index open until done is called, if this is what it builds.
func (r *rebuild) use() (done func(), err error) {
	r.index.mu.RLock()
	defer r.index.mu.RUnlock()
	if r.index.closed || r.index.building != r {
		return nil, searchindex.ErrClosed
	}
	r.index.uses.Add(1)
	return r.index.uses.Done, nil
}

func (r *rebuild) Apply(ctx context.Context, docs []searchindex.Document) error {
	done, err := r.use()
	if err != nil {
		return err
	}
	defer done()
	return r.index.apply(ctx, target{alias: r.alias()}, docs)
}

func (r *rebuild) Count(ctx context.Context) (int, error) {
	done, err := r.use()
	if err != nil {
		return 0, err
	}
	defer done()
	if err := r.index.refresh(ctx, r.name); err != nil {
		return 0, err
	}
	return r.index.count(ctx, r.name, object{"term": object{fieldDeleted: false}})
}

func (r *rebuild) Commit(ctx context.Context) error {
	x := r.index
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	done, err := r.use()
	if err != nil {
		return err
	}
	defer done()
	old, _, err := x.serving(ctx)
	if err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	if err := r.prepare(ctx); err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	if err := r.swap(ctx, old); err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	x.mu.Lock()
	x.building, x.fresh, x.fits = nil, false, true
	x.mu.Unlock()
	// From here on the new generation serves, so nothing may fail.
	if err := x.drop(ctx, old); err != nil {
		x.log.WarnContext(ctx, "remove replaced search index; the next rebuild removes it", "index", old, "error", err)
	}
	return nil
}

// prepare makes the generation durable, searchable and copied as one that
// serves.
func (r *rebuild) prepare(ctx context.Context) error {
	request, err := body(object{"index": servingSettings()})
	if err != nil {
		return err
	}
	x, names := r.index, []string{r.name}
	if err := x.call(ctx, esapi.IndicesPutSettingsRequest{Index: names, Body: request}, nil); err != nil {
		return err
	}
	if err := x.call(ctx, esapi.IndicesFlushRequest{Index: names}, nil); err != nil {
		return err
	}
	return x.refresh(ctx, r.name)
}

// swap leads the alias to the new generation, in one change of the cluster: no
// search meets both or none.
func (r *rebuild) swap(ctx context.Context, old string) error {
	request, err := body(object{"actions": []object{
		{"remove": object{"index": old, "alias": r.index.alias, "must_exist": true}},
		{"add": object{"index": r.name, "alias": r.index.alias}},
		{"remove": object{"index": r.name, "alias": r.alias()}},
	}})
	if err != nil {
		return err
	}
	return r.index.call(ctx, esapi.IndicesUpdateAliasesRequest{Body: request}, nil)
}

func (r *rebuild) Abort(ctx context.Context) error {
	x := r.index
	x.lifecycle.Lock()
	defer x.lifecycle.Unlock()
	x.mu.Lock()
	if x.building != r {
		x.mu.Unlock()
		return nil
	}
	x.building = nil
	x.mu.Unlock()
	return x.drop(ctx, r.name)
}
