package bleveindex

import (
	"context"
	"fmt"

	"larder.dev/internal/datadir"
	"larder.dev/internal/searchindex"
)

// rebuild is the generation being built, for as long as it is.
type rebuild struct {
	index *Index
	next  *generation
}

// Rebuild implements searchindex.Index.
func (x *Index) Rebuild(context.Context) (searchindex.Rebuild, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.serving == nil {
		return nil, searchindex.ErrClosed
	}
	if x.building != nil {
		return nil, searchindex.ErrRebuilding
	}
	if err := x.fit(x.serving); x.serving.layout > x.layout {
		return nil, err // this version doesn't discard what a newer one wrote
	}
	if err := x.folder.restore(); err != nil {
		return nil, fmt.Errorf("make the folder of the search index again: %w", err)
	}
	name, err := x.folder.next(x.serving.name)
	if err != nil {
		return nil, err
	}
	next, err := x.createGeneration(name)
	if err != nil {
		return nil, err
	}
	x.building = next
	return &rebuild{index: x, next: next}, nil
}

func (r *rebuild) Apply(ctx context.Context, docs []searchindex.Document) error {
	done, err := r.index.useBuilding(r.next)
	if err != nil {
		return err
	}
	defer done()
	return r.next.apply(ctx, docs)
}

func (r *rebuild) Documents(ctx context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	done, err := r.index.useBuilding(r.next)
	if err != nil {
		return nil, err
	}
	defer done()
	return r.next.documents(ctx, owner, ids)
}

func (r *rebuild) Keys(ctx context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	done, err := r.index.useBuilding(r.next)
	if err != nil {
		return nil, err
	}
	defer done()
	return r.next.keys(ctx, owner, after, limit)
}

func (r *rebuild) Count(ctx context.Context) (int, error) {
	done, err := r.index.useBuilding(r.next)
	if err != nil {
		return 0, err
	}
	defer done()
	return r.next.live(ctx)
}

// Prepare has nothing to do: applied documents are already durable and searchable.
func (r *rebuild) Prepare(context.Context) error { return nil }

func (r *rebuild) Commit(context.Context) error {
	x := r.index
	x.oldMu.Lock()
	defer x.oldMu.Unlock()
	before := x.folder.old().name
	replaced, err := r.swap()
	if err != nil {
		return err
	}
	// From here on the new generation serves, so nothing may fail: the next opening removes a
	// leftover folder.
	if err := datadir.SyncDir(x.folder.dir); err != nil {
		x.log.Warn("sync folder of search index", "error", err)
	}
	if err := x.shut(replaced); err != nil {
		x.log.Warn("close replaced search index", "error", err)
	}
	if before != r.next.name {
		if err := x.folder.remove(before); err != nil {
			x.log.Warn("remove search index that was kept", "error", err)
		}
	}
	return nil
}

// swap replaces the serving generation with the new one, on disk first.
func (r *rebuild) swap() (old *generation, err error) {
	x := r.index
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.building != r.next {
		return nil, searchindex.ErrClosed
	}
	// Record the old one first: a crash between the two leaves a generation recorded as both
	// serving and old, which counts as no old one.
	lost, err := x.folder.lacks(x.serving.name)
	if err != nil {
		return nil, err
	}
	if !lost {
		if err := x.folder.keep(x.serving.name); err != nil {
			return nil, err
		}
	}
	if err := x.folder.serve(r.next.name); err != nil {
		return nil, err
	}
	old = x.serving
	x.serving, x.building, x.fresh = r.next, nil, false
	return old, nil
}

func (r *rebuild) Abort(context.Context) error {
	x := r.index
	x.oldMu.Lock()
	defer x.oldMu.Unlock()
	x.mu.Lock()
	if x.building != r.next {
		x.mu.Unlock()
		return nil
	}
	x.building = nil
	x.mu.Unlock()
	return x.leave(r.next)
}
