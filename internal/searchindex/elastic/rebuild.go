package elastic

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/elastic/go-elasticsearch/v8/esapi"
	"golang.org/x/sync/errgroup"

	"larder.dev/internal/searchindex"
)

// rebuild is the generation being built, as long as the index says so.
type rebuild struct {
	index *Index
	name  string
	old   bool // it is the old one, being restored

	prepared atomic.Bool // what was applied is durable, and further writes are at once
}

// alias is where documents are written while the generation is being built.
func (r *rebuild) alias() string { return r.name + "-building" }

// Rebuild implements searchindex.Index. It removes the leftovers of an earlier unfinished rebuild,
// by this process or another: of two rebuilds, the later one continues, and the other's writes
// fail. If no generation serves, the new one is the first to, once it is complete.
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
	serving, layout, err := x.serving(ctx)
	if err != nil && !isMissingIndex(err) {
		return nil, err
	}
	if layout > x.layout {
		return nil, x.compare(serving, layout)
	}
	name, err := x.next(ctx)
	if err != nil {
		return nil, err
	}
	old, _, err := x.oldOne(ctx)
	if err != nil {
		return nil, err
	}
	if err := x.dropOthers(ctx, serving, old); err != nil {
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

// dropOthers removes every generation that neither serves nor is kept.
func (x *Index) dropOthers(ctx context.Context, serving, old string) error {
	names, err := x.generations(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == serving || name == old {
			continue
		}
		if err := x.drop(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// use keeps the index open until done is called, if it is building this rebuild.
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

// Documents implements searchindex.Lister. It reads in real time, since a generation being built
// isn't refreshed.
func (r *rebuild) Documents(ctx context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	done, err := r.use()
	if err != nil {
		return nil, err
	}
	defer done()
	return r.index.documents(ctx, r.name, wantedDocuments(owner, ids), true)
}

// Keys implements searchindex.Lister.
func (r *rebuild) Keys(ctx context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	done, err := r.use()
	if err != nil {
		return nil, err
	}
	defer done()
	if err := r.index.refresh(ctx, r.name); err != nil {
		return nil, err
	}
	return r.index.keys(ctx, r.name, owner, after, limit)
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
	replaced, _, err := x.serving(ctx)
	if err != nil && !isMissingIndex(err) {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	before, _, err := x.oldOne(ctx)
	if err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	if err := r.ready(ctx, replaced); err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	if err := r.swap(ctx, replaced, before); err != nil {
		return fmt.Errorf("commit index %s: %w", r.name, err)
	}
	x.mu.Lock()
	x.building, x.made, x.fresh, x.fits = nil, true, false, true
	x.mu.Unlock()
	// From here on the new generation serves, so nothing may fail.
	if before != "" && before != r.name && replaced != "" {
		if err := x.drop(ctx, before); err != nil {
			x.log.WarnContext(ctx, "remove search index that was kept; the next rebuild removes it", "index", before, "error", err)
		}
	}
	return nil
}

// Prepare implements searchindex.Rebuild.
func (r *rebuild) Prepare(ctx context.Context) error {
	done, err := r.use()
	if err != nil {
		return err
	}
	defer done()
	replaced, _, err := r.index.serving(ctx)
	if err == nil || isMissingIndex(err) {
		err = r.prepare(ctx, replaced)
	}
	if err != nil {
		return fmt.Errorf("prepare index %s: %w", r.name, err)
	}
	return nil
}

// ready makes everything that was applied searchable.
func (r *rebuild) ready(ctx context.Context, replaced string) error {
	if !r.prepared.Load() {
		return r.prepare(ctx, replaced)
	}
	return r.index.refresh(ctx, r.name)
}

// prepare makes the generation durable, searchable and replicated like a serving one, and records
// in the one it will replace that its time is over: that may serve a while longer, so restoring it
// reapplies more than it lacks. Nothing is applied meanwhile.
func (r *rebuild) prepare(ctx context.Context, replaced string) error {
	x := r.index
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error {
		if replaced != "" {
			if err := x.noteReplaced(ctx, replaced); err != nil {
				return err
			}
		}
		return r.applyServingSettings(ctx)
	})
	both.Go(func() error {
		if err := x.call(ctx, esapi.IndicesFlushRequest{Index: []string{r.name}}, nil); err != nil {
			return err
		}
		return x.refresh(ctx, r.name)
	})
	if err := both.Wait(); err != nil {
		return err
	}
	r.prepared.Store(true)
	return nil
}

// applyServingSettings gives the generation a serving one's settings.
func (r *rebuild) applyServingSettings(ctx context.Context) error {
	request, err := body(object{"index": servingSettings()})
	if err != nil {
		return err
	}
	return r.index.call(ctx, esapi.IndicesPutSettingsRequest{Index: []string{r.name}, Body: request}, nil)
}

// swap points the alias to the new generation, in one cluster state change: no search sees both or
// neither. The replaced one, if any, becomes the old one.
func (r *rebuild) swap(ctx context.Context, replaced, before string) error {
	alias, oldAlias := r.index.alias, r.index.oldAlias()
	actions := []object{
		{"add": object{"index": r.name, "alias": alias}},
		{"remove": object{"index": r.name, "alias": r.alias()}},
	}
	if replaced != "" {
		actions = append(actions,
			object{"remove": object{"index": replaced, "alias": alias, "must_exist": true}},
			object{"add": object{"index": replaced, "alias": oldAlias}})
	}
	if before != "" && (replaced != "" || before == r.name) {
		actions = append(actions, object{"remove": object{"index": before, "alias": oldAlias}})
	}
	return r.index.updateAliases(ctx, actions...)
}

func (x *Index) updateAliases(ctx context.Context, actions ...object) error {
	request, err := body(object{"actions": actions})
	if err != nil {
		return err
	}
	return x.call(ctx, esapi.IndicesUpdateAliasesRequest{Body: request}, nil)
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
	return r.leave(ctx)
}

// leave ends the building of a generation: it is removed, or becomes the old one again.
func (r *rebuild) leave(ctx context.Context) error {
	if r.old {
		return r.index.updateAliases(ctx, object{"remove": object{"index": r.name, "alias": r.alias()}})
	}
	return r.index.drop(ctx, r.name)
}
