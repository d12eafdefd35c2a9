// Package detail returns one whole recipe: from the cache if that is fresh enough, otherwise from
// the database.
package detail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/projectors/views"
	"larder.dev/query-api/internal/recipereader"
	"larder.dev/recipe"
)

// ErrNotFound means the owner doesn't have this recipe, or deleted it.
var ErrNotFound = errors.New("no such recipe")

// FromCache is the source of a recipe read without querying the database.
const FromCache = "cache"

// Recipe is a recipe's JSON at a version, and the store it came from.
type Recipe struct {
	Version    int64
	JSON       []byte
	Understood bool // whether its rows have derived parts that aren't stored: the version doesn't distinguish them from rows without
	Source     string
}

// Reader reads recipes. It is safe for concurrent use.
type Reader struct {
	redis   *redis.Client
	recipes *recipereader.Recipes
	log     *slog.Logger
}

// NewReader returns a Reader that reads the database through the cache in Redis.
func NewReader(client *redis.Client, recipes *recipereader.Recipes, log *slog.Logger) *Reader {
	return &Reader{redis: client, recipes: recipes, log: log}
}

// Get returns the owner's recipe, at least as new as after and the owner's own last writes. While
// the primary is down, it returns what the backup or cache has, which may be older; but it doesn't
// report a recipe as missing that may only not have arrived yet. It returns ErrNotFound or the
// database's error.
func (r *Reader) Get(ctx context.Context, owner, id string, after readyourwrites.After) (Recipe, error) {
	cached, written := r.cached(ctx, owner, id)
	need := written
	if after.ID == id {
		need = max(need, after.Version)
	}
	usable := cached.exists() && cached.version >= need
	if usable && !cached.outdated {
		return cached.recipe(owner, id)
	}
	stored, err := r.stored(ctx, owner, id, cached.outdated)
	if err != nil && usable {
		r.log.WarnContext(ctx, "a recipe cached by an earlier version is served, since the database can't be asked",
			"user", owner, "recipe", id, "error", err)
		return cached.recipe(owner, id)
	}
	if err != nil {
		return Recipe{}, err
	}
	newest := stored
	if cached.newerThan(stored) {
		newest = cached
	}
	if len(newest.body) == 0 && newest.version < need && stored.source == string(recipereader.Backup) {
		return Recipe{}, fmt.Errorf("recipe %s of user %s: the backup has version %d, and %d was written: %w",
			id, owner, newest.version, need, recipereader.ErrUnavailable)
	}
	return newest.recipe(owner, id)
}

// copyOf is one store's copy of a recipe: nothing (version 0), a body, or a tombstone (no body).
type copyOf struct {
	version    int64
	body       []byte
	understood bool
	outdated   bool // cached by an earlier version, which may have left out fields
	source     string
}

func (c copyOf) exists() bool { return c.version > 0 }

// newerThan is true of the cache if the database that answered is a backup that lags behind it.
func (c copyOf) newerThan(other copyOf) bool { return c.version > other.version }

func (c copyOf) recipe(owner, id string) (Recipe, error) {
	if len(c.body) == 0 {
		return Recipe{}, fmt.Errorf("recipe %s of user %s: %w", id, owner, ErrNotFound)
	}
	return Recipe{Version: c.version, JSON: c.body, Understood: c.understood, Source: c.source}, nil
}

// cached returns the cache's copy and the version that the owner last wrote, in one round trip. An
// unreachable or unreadable cache counts as empty.
func (r *Reader) cached(ctx context.Context, owner, id string) (found copyOf, written int64) {
	values, err := r.redis.MGet(ctx, views.CacheKey(owner, id), readyourwrites.Key(owner, id))
	if err != nil {
		r.log.WarnContext(ctx, "the cache can't be asked", "error", err)
		return copyOf{}, 0
	}
	written = readyourwrites.Version(values[1])
	if values[0] == nil {
		return copyOf{}, written
	}
	value, err := views.DecodeCached(values[0])
	if err != nil {
		r.log.WarnContext(ctx, "a cached recipe can't be read", "user", owner, "recipe", id, "error", err)
		return copyOf{}, written
	}
	return copyOf{
		version: value.Version, body: value.Body, understood: value.Understood, outdated: value.Outdated, source: FromCache,
	}, written
}

// stored returns the database's copy, with version 0 if it never had the recipe, and caches it,
// also over the same version if again.
func (r *Reader) stored(ctx context.Context, owner, id string, again bool) (copyOf, error) {
	stored, source, err := r.recipes.Recipe(ctx, owner, id)
	if errors.Is(err, recipereader.ErrNotFound) {
		return copyOf{source: string(source)}, nil
	}
	if err != nil {
		return copyOf{}, err
	}
	found := copyOf{version: stored.Recipe.Version, source: string(source)}
	value := views.EncodeTombstone(found.version)
	if !stored.Deleted {
		found.understood = stored.Understood
		found.body, err = recipe.Encode(stored.Recipe)
		if err != nil {
			return copyOf{}, fmt.Errorf("encode recipe %s of user %s: %w", id, owner, err)
		}
		value = views.EncodeCached(stored.Recipe, found.body, found.understood)
	}
	r.fill(ctx, owner, id, redis.Versioned{Version: found.version, Value: value, Again: again})
	return found, nil
}

// fill may race with the projection writing the same key: the newer version wins.
func (r *Reader) fill(ctx context.Context, owner, id string, value redis.Versioned) {
	value.Key, value.TTL = views.CacheKey(owner, id), views.CacheTTL
	_, err := r.redis.SetNewer(ctx, []redis.Versioned{value})
	if err != nil {
		r.log.WarnContext(ctx, "a recipe isn't cached", "user", owner, "recipe", id, "error", err)
	}
}
