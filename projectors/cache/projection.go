// Package cache is the projection that keeps recipes in Redis, as the JSON sent to clients.
package cache

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"larder.dev/events"
	"larder.dev/internal/redis"
	"larder.dev/projectors"
	"larder.dev/projectors/views"
)

// Name is the projection's name.
const Name = "cache"

// spacing is the minimum time between scripts: the embedded server creates a new interpreter for
// each. Until a recipe is cached, it is read from the database.
const spacing = 50 * time.Millisecond

// Projection writes recipes to the cache.
type Projection struct {
	redis  *redis.Client
	marked atomic.Bool // by this process
}

// New returns the projection. The caller closes the client.
func New(client *redis.Client) *Projection { return &Projection{redis: client} }

// Spec is the same for every instance of this projection.
func Spec() projectors.Spec {
	return projectors.Spec{Name: Name, Filters: []string{events.AllRecipes}, Lanes: 2, Batch: 128, Every: spacing, Current: true}
}

// Spec implements projectors.Projection.
func (p *Projection) Spec() projectors.Spec { return Spec() }

// Apply implements projectors.Projection. It only replaces older values. A deleted recipe leaves a
// tombstone, so that a late event can't restore it.
func (p *Projection) Apply(ctx context.Context, batch []projectors.Event) error {
	values := make([]redis.Versioned, 0, len(batch))
	for _, event := range batch {
		value, err := cached(event)
		if err != nil {
			return err
		}
		values = append(values, value)
	}
	_, err := p.redis.SetNewer(ctx, values)
	return err
}

func cached(event projectors.Event) (redis.Versioned, error) {
	recipe, err := events.DecodeRecipe(event.Envelope)
	if err != nil {
		return redis.Versioned{}, err
	}
	if recipe.Version < 1 || recipe.Version >= 1<<53 {
		// The store compares versions as floating-point numbers.
		return redis.Versioned{}, fmt.Errorf("event %s has version %d: %w", event.ID, recipe.Version, projectors.ErrImpossible)
	}
	value := views.EncodeTombstone(recipe.Version)
	if event.Type != events.RecipeDeleted {
		body, more, err := views.RecipeJSON(event.Envelope, recipe)
		if err != nil {
			return redis.Versioned{}, err
		}
		value = views.EncodeCached(recipe, body, more)
	}
	return redis.Versioned{
		Key: views.CacheKey(event.User(), recipe.ID), Version: recipe.Version, Value: value, TTL: views.CacheTTL,
		Again: event.Again,
	}, nil
}

// Erase implements projectors.Projection.
func (p *Projection) Erase(ctx context.Context, user string) (int, error) {
	return p.redis.DeletePrefix(ctx, views.CacheUserPrefix(user))
}

// Fresh implements projectors.Projection. An empty cache isn't incomplete: readers fall back to the
// database and fill it. So don't fill it at startup, which is when an in-memory server is always
// empty.
func (p *Projection) Fresh(ctx context.Context) (bool, error) { return false, p.mark(ctx) }

// mark sets the key whose absence reveals that the cache was lost.
func (p *Projection) mark(ctx context.Context) error {
	if err := p.redis.Set(ctx, views.CacheMark, []byte("1"), 0); err != nil {
		return err
	}
	p.marked.Store(true)
	return nil
}

// Lost implements projectors.Watcher: an emptied server lacks the mark.
func (p *Projection) Lost(ctx context.Context) (bool, error) {
	if !p.marked.Load() {
		return false, nil
	}
	_, found, err := p.redis.Get(ctx, views.CacheMark)
	return !found && err == nil, err
}

// Rebuild implements projectors.Projection. It empties the cache and warms it again. Meanwhile
// readers use the database, so no second cache is needed.
func (p *Projection) Rebuild(ctx context.Context) (projectors.Target, error) {
	if _, err := p.redis.DeletePrefix(ctx, views.CachePrefix); err != nil {
		return nil, err
	}
	return target{p}, nil
}

type target struct{ projection *Projection }

func (t target) Apply(ctx context.Context, batch []projectors.Event) error {
	return t.projection.Apply(ctx, batch)
}

// Commit has nothing to swap: the cache is warm.
func (t target) Commit(ctx context.Context) error { return t.projection.mark(ctx) }

// Abort leaves the cache as warm as it is.
func (t target) Abort(context.Context) error { return nil }
