package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors/views"
	"larder.dev/query-api/internal/recipereader"
)

var (
	errNoIndex = errors.New("there is no index here")
	errBehind  = errors.New("the index hasn't seen the owner's last write")
)

// pollInterval is how often the index is polled for a write that is on its way; it takes some
// milliseconds.
const pollInterval = 5 * time.Millisecond

func (f *Finder) fromIndex(ctx context.Context, q Query) (Page, error) {
	if f.index == nil {
		return Page{}, errNoIndex
	}
	if err := f.awaitWrites(ctx, q.Owner, q.After); err != nil {
		return Page{}, err
	}
	found, err := f.look(ctx, q)
	if err != nil {
		return Page{}, fmt.Errorf("search for user %s: %w", q.Owner, err)
	}
	items, err := f.items(ctx, q.Owner, found.Hits)
	if err != nil {
		return Page{}, err
	}
	return Page{Items: items, Total: found.Total, Similar: found.Similar, Next: found.Next, Source: FromIndex}, nil
}

func (f *Finder) look(ctx context.Context, q Query) (searchindex.Page, error) {
	leave, err := f.work.Enter(ctx, q.Owner)
	if err != nil {
		return searchindex.Page{}, err
	}
	defer leave()
	return f.index.Search(ctx, q.forIndex())
}

// awaitWrites returns nil once the index has the write that the caller names and the owner's last
// one. An owner's events are applied in order, so it then has all earlier ones too.
func (f *Finder) awaitWrites(ctx context.Context, owner string, after readyourwrites.After) error {
	ctx, cancel := context.WithTimeout(ctx, f.wait)
	defer cancel()
	if err := f.awaitLast(ctx, owner); err != nil {
		return err
	}
	if after.IsZero() || !f.canCome(ctx, owner, after) {
		return nil
	}
	return f.await(ctx, owner, after)
}

// awaitLast waits for the owner's last write: the marked one and, if a mark may have expired or
// been lost since the index was known to be current, the last one in the database.
func (f *Finder) awaitLast(ctx context.Context, owner string) error {
	asked := time.Now()
	last, era, err := f.marks.Last(ctx, owner)
	if err != nil {
		f.log.WarnContext(ctx, "the user's last write can't be asked for", "user", owner, "error", err)
	}
	if !last.IsZero() {
		if err := f.await(ctx, owner, last); err != nil {
			return err
		}
	}
	if f.current.is(owner, era) {
		return nil
	}
	id, version, source, err := f.recipes.LastWrite(ctx, owner)
	if err != nil {
		// While the databases are down, the index is the best source available.
		f.log.DebugContext(ctx, "the user's last write can't be compared with the index", "user", owner, "error", err)
		return nil
	}
	if stored := (readyourwrites.After{ID: id, Version: version}); !stored.IsZero() && stored != last {
		if err := f.await(ctx, owner, stored); err != nil {
			return err
		}
	}
	if source == recipereader.Primary {
		f.current.note(owner, era, asked)
	}
	return nil
}

// canCome reports whether the index will ever have the write that the caller names. Waiting for a
// version that was never written would cost each such search the full wait and then a database
// search.
func (f *Finder) canCome(ctx context.Context, owner string, write readyourwrites.After) bool {
	version, err := f.index.Version(ctx, owner, write.ID)
	if err != nil || version >= write.Version {
		return true // await finds out which
	}
	written, source, err := f.recipes.Version(ctx, owner, write.ID)
	// The backup may not have it yet.
	return err != nil || source != recipereader.Primary || written >= write.Version
}

func (f *Finder) await(ctx context.Context, owner string, write readyourwrites.After) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		version, err := f.index.Version(ctx, owner, write.ID)
		if err == nil && version >= write.Version {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return fmt.Errorf("ask for the indexed version of %s of user %s: %w", write.ID, owner, err)
		}
		select {
		case <-ctx.Done():
			return errBehind
		case <-ticker.C:
		}
	}
}

// listed is what a list shows of a recipe, as JSON; nil if it is deleted.
type listed struct {
	version int64
	json    json.RawMessage
}

// items returns what a list shows of each hit, in order: from the cache, and in one database query
// whatever the cache lacks or has in an older version than the hit. It omits hits that have been
// deleted.
func (f *Finder) items(ctx context.Context, owner string, hits []searchindex.Hit) ([]json.RawMessage, error) {
	known := f.cachedSummaries(ctx, owner, hits)
	missing := lacking(hits, func(id string) int64 { return known[id].version })
	if len(missing) > 0 {
		stored, err := f.storedSummaries(ctx, owner, missing)
		if err != nil {
			return nil, err
		}
		for _, hit := range missing {
			delete(known, hit.ID)
			if summary, ok := stored[hit.ID]; ok {
				known[hit.ID] = listed{version: summary.Version, json: summary.JSON()}
			}
		}
	}
	items := make([]json.RawMessage, 0, len(hits))
	for _, hit := range hits {
		if s := known[hit.ID]; len(s.json) > 0 {
			items = append(items, s.json)
		}
	}
	return items, nil
}

// lacking returns the hits of which there is no version, or an older one.
func lacking(hits []searchindex.Hit, version func(id string) int64) []searchindex.Hit {
	var lacking []searchindex.Hit
	for _, hit := range hits {
		if version(hit.ID) < hit.Version {
			lacking = append(lacking, hit)
		}
	}
	return lacking
}

func idsOf(hits []searchindex.Hit) []string {
	ids := make([]string, len(hits))
	for i, hit := range hits {
		ids[i] = hit.ID
	}
	return ids
}

// storedSummaries reads summaries from the database. The backup answers for a primary that takes too
// long; what the index has and the backup doesn't have yet is waited for, or a page would silently
// lack it. If the primary is down, what the backup has must do.
func (f *Finder) storedSummaries(ctx context.Context, owner string, hits []searchindex.Hit) (map[string]recipereader.Summary, error) {
	stored, source, err := f.recipes.Summaries(ctx, owner, idsOf(hits))
	if err != nil || source == recipereader.Primary {
		return stored, err
	}
	behind := lacking(hits, func(id string) int64 { return stored[id].Version })
	if len(behind) == 0 {
		return stored, nil
	}
	newer, err := f.recipes.SummariesOfPrimary(ctx, owner, idsOf(behind))
	if err != nil {
		f.log.DebugContext(ctx, "the backup is behind the index, and the primary can't be asked", "user", owner, "error", err)
		return stored, nil
	}
	for _, hit := range behind {
		delete(stored, hit.ID) // it may be deleted by now
		if summary, is := newer[hit.ID]; is {
			stored[hit.ID] = summary
		}
	}
	return stored, nil
}

// cachedSummaries reads the head of each cached value in one round trip and, in a second, the whole
// value where the head isn't enough.
func (f *Finder) cachedSummaries(ctx context.Context, owner string, hits []searchindex.Hit) map[string]listed {
	known := make(map[string]listed, len(hits))
	keys := make([]string, len(hits))
	for i, hit := range hits {
		keys[i] = views.CacheKey(owner, hit.ID)
	}
	heads, err := f.redis.Heads(ctx, views.HeadSize, keys...)
	if err != nil {
		f.log.WarnContext(ctx, "the cache can't be asked", "user", owner, "error", err)
		return known
	}
	var long []string
	for i, head := range heads {
		if head == nil {
			continue
		}
		version, summary, found, err := views.DecodeHead(head)
		switch {
		case err != nil:
			f.log.WarnContext(ctx, "a cached recipe can't be read", "user", owner, "recipe", hits[i].ID, "error", err)
		case found:
			known[hits[i].ID] = listed{version: version, json: summary}
		default:
			long = append(long, hits[i].ID)
		}
	}
	f.longSummaries(ctx, owner, long, known)
	return known
}

// longSummaries reads some cached values whole: they have many tags, or were cached without a
// summary.
func (f *Finder) longSummaries(ctx context.Context, owner string, ids []string, known map[string]listed) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = views.CacheKey(owner, id)
	}
	values, err := f.redis.MGet(ctx, keys...)
	if err != nil {
		f.log.WarnContext(ctx, "the cache can't be asked", "user", owner, "error", err)
		return
	}
	for i, value := range values {
		if value == nil {
			continue
		}
		summary, err := decodeSummary(value)
		if err != nil {
			f.log.WarnContext(ctx, "a cached recipe can't be read", "user", owner, "recipe", ids[i], "error", err)
			continue
		}
		known[ids[i]] = summary
	}
}

func decodeSummary(value []byte) (listed, error) {
	cached, err := views.DecodeCached(value)
	if err != nil || len(cached.Body) == 0 {
		return listed{version: cached.Version}, err
	}
	var summary views.Summary
	if err := json.Unmarshal(cached.Body, &summary); err != nil {
		return listed{}, fmt.Errorf("decode version %d: %w", cached.Version, err)
	}
	return listed{version: cached.Version, json: summary.JSON()}, nil
}
