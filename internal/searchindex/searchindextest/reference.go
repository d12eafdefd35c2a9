package searchindextest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"larder.dev/internal/searchindex"
)

// NewReference returns an in-memory index that answers with searchindex.Select: slow, and correct
// by definition. The suite also runs against it, so the suite and Select can't drift apart.
func NewReference() searchindex.Index {
	return &reference{docs: generation{}, fresh: true}
}

type docKey struct{ Owner, ID string }

type generation map[docKey]searchindex.Document

func (g generation) apply(docs []searchindex.Document) error {
	for _, doc := range docs {
		if err := doc.Validate(); err != nil {
			return err
		}
	}
	for _, doc := range docs {
		key := docKey{doc.Owner, doc.ID}
		if doc.Newer(g[key].Version) {
			doc.Again = false
			g[key] = doc
		}
	}
	return nil
}

func (g generation) erase(owner string) int {
	before := len(g)
	maps.DeleteFunc(g, func(key docKey, _ searchindex.Document) bool { return key.Owner == owner })
	return before - len(g)
}

func (g generation) live() int {
	live := 0
	for _, doc := range g {
		if !doc.Deleted {
			live++
		}
	}
	return live
}

type reference struct {
	mu     sync.Mutex
	docs   generation // nil after Close
	next   generation // nil unless a rebuild is in progress
	fresh  bool
	builds int // distinguishes the current rebuild from earlier ones

	old      generation // replaced by the last commit; nil for none
	replaced time.Time
	back     bool // next is the old one
}

func (r *reference) Apply(_ context.Context, docs []searchindex.Document) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return searchindex.ErrClosed
	}
	return r.docs.apply(docs)
}

func (r *reference) Search(ctx context.Context, query searchindex.Query) (searchindex.Page, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return searchindex.Page{}, searchindex.ErrClosed
	}
	return searchindex.Select(ctx, maps.Values(r.docs), query)
}

func (r *reference) Tags(_ context.Context, owner string) ([]searchindex.Tag, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return nil, searchindex.ErrClosed
	}
	return searchindex.TagsOf(maps.Values(r.docs), owner), nil
}

func (r *reference) Foods(_ context.Context, owner, prefix string, limit int) ([]searchindex.Tag, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return nil, searchindex.ErrClosed
	}
	return searchindex.FoodsOf(maps.Values(r.docs), owner, prefix, limit), nil
}

func (r *reference) Outdated(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return false, searchindex.ErrClosed
	}
	return false, nil
}

func (r *reference) Version(_ context.Context, owner, id string) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return 0, searchindex.ErrClosed
	}
	return r.docs[docKey{owner, id}].Version, nil
}

func (r *reference) Documents(_ context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return nil, searchindex.ErrClosed
	}
	return r.docs.documents(owner, ids), nil
}

func (g generation) documents(owner string, ids []string) []searchindex.Document {
	var docs []searchindex.Document
	for _, id := range ids {
		if doc, ok := g[docKey{owner, id}]; ok {
			doc.Tags = searchindex.TagKeys(doc.Tags)
			docs = append(docs, doc)
		}
	}
	return docs
}

func (r *reference) Keys(_ context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return nil, searchindex.ErrClosed
	}
	return r.docs.keys(owner, after, limit), nil
}

func (g generation) keys(owner string, after searchindex.Key, limit int) []searchindex.Key {
	compare := func(a, b searchindex.Key) int { return cmp.Or(cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.ID, b.ID)) }
	var keys []searchindex.Key
	for key := range g {
		if k := searchindex.Key(key); (owner == "" || k.Owner == owner) && compare(k, after) > 0 {
			keys = append(keys, k)
		}
	}
	slices.SortFunc(keys, compare)
	return keys[:min(limit, len(keys))]
}

func (r *reference) Erase(_ context.Context, owner string) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return 0, searchindex.ErrClosed
	}
	r.next.erase(owner)
	r.old.erase(owner)
	return r.docs.erase(owner), nil
}

func (r *reference) Fresh(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return false, searchindex.ErrClosed
	}
	return r.fresh, nil
}

func (r *reference) Lost(ctx context.Context) (bool, error) { return false, r.Ready(ctx) }

func (r *reference) Ready(context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return searchindex.ErrClosed
	}
	return nil
}

func (r *reference) Rebuild(context.Context) (searchindex.Rebuild, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return nil, searchindex.ErrClosed
	}
	if r.next != nil {
		return nil, searchindex.ErrRebuilding
	}
	r.next, r.back = generation{}, false
	r.builds++
	return &referenceRebuild{index: r, build: r.builds}, nil
}

func (r *reference) Old(context.Context) (searchindex.Rebuild, time.Time, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.docs == nil:
		return nil, time.Time{}, searchindex.ErrClosed
	case r.next != nil:
		return nil, time.Time{}, searchindex.ErrRebuilding
	case r.old == nil:
		return nil, time.Time{}, searchindex.ErrNoOld
	}
	r.next, r.back = r.old, true
	r.builds++
	return &referenceRebuild{index: r, build: r.builds}, r.replaced, nil
}

func (r *reference) DropOld(context.Context) (bool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.docs == nil {
		return false, searchindex.ErrClosed
	}
	if r.next != nil && r.back {
		return false, searchindex.ErrRebuilding
	}
	dropped := r.old != nil
	r.old = nil
	return dropped, nil
}

func (r *reference) Close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.docs, r.next = nil, nil
	return nil
}

type referenceRebuild struct {
	index *reference
	build int
}

// lock returns the generation being built, nil if it is no longer built.
func (b *referenceRebuild) lock() generation {
	b.index.mu.Lock()
	if b.build != b.index.builds {
		return nil
	}
	return b.index.next
}

func (b *referenceRebuild) Apply(_ context.Context, docs []searchindex.Document) error {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next == nil {
		return searchindex.ErrClosed
	}
	return next.apply(docs)
}

func (b *referenceRebuild) Documents(_ context.Context, owner string, ids []string) ([]searchindex.Document, error) {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next == nil {
		return nil, searchindex.ErrClosed
	}
	return next.documents(owner, ids), nil
}

func (b *referenceRebuild) Keys(_ context.Context, owner string, after searchindex.Key, limit int) ([]searchindex.Key, error) {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next == nil {
		return nil, searchindex.ErrClosed
	}
	return next.keys(owner, after, limit), nil
}

func (b *referenceRebuild) Count(context.Context) (int, error) {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next == nil {
		return 0, searchindex.ErrClosed
	}
	return next.live(), nil
}

func (b *referenceRebuild) Prepare(context.Context) error { return nil }

func (b *referenceRebuild) Commit(context.Context) error {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next == nil {
		return searchindex.ErrClosed
	}
	b.index.old, b.index.replaced = b.index.docs, time.Now()
	b.index.docs, b.index.next, b.index.fresh = next, nil, false
	return nil
}

func (b *referenceRebuild) Abort(context.Context) error {
	next := b.lock()
	defer b.index.mu.Unlock()
	if next != nil {
		b.index.next = nil
	}
	return nil
}
