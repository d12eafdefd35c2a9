// Package detail answers with one whole recipe: from the cache where that is new enough, else from the
// database.
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

// ErrNotFound reports a recipe that this owner doesn't have, or deleted.
var ErrNotFound = errors.New("no such recipe")

// FromCache is the source of a recipe that the database wasn't asked for.
const FromCache = "cache"

// Recipe is the JSON of a recipe at a version, and which store gave it.
type Recipe struct {
	Version    int64
	JSON       []byte
	Understood bool // whether its rows have parts that aren't kept: the version alone doesn't tell them from those without
	Source     string
}

// Reader finds recipes. It is safe for concurrent use.
type Reader struct {
	redis   *redis.Client
	recipes *recipereader.Recipes
	log     *slog.Logger
}

// NewReader reads through the cache in a Redis to the database.
func NewReader(client *redis.Client, recipes *recipereader.Recipes, log *slog.Logger) *Reader {
	return &Reader{redis: client, recipes: recipes, log: log}
}

// Get gives the owner's recipe, at least as new as after asks and as the owner's last writes left it. While the
// primary is away it gives what the backup or the cache has, which may be older; but that a recipe isn't there
// yet is no reason to say that there is none. The error is ErrNotFound, or that of the database.
func (r *Reader) Get(ctx context.Context, owner, id string, after readyourwrites.After) (Recipe, error) {
	cached, written := r.cached(ctx, owner, id)
	need := written
	if after.ID == id {
		need = max(need, after.Version)
	}
	if cached.exists() && cached.version >= need {
		return cached.recipe(owner, id)
	}
	stored, err := r.stored(ctx, owner, id)
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

// copyOf is what one store has of a recipe: nothing (version 0), a body, or a tombstone (no body).
type copyOf struct {
	version    int64
	body       []byte
	understood bool
	source     string
}

func (c copyOf) exists() bool { return c.version > 0 }

// newerThan is true where the database that answered is a backup that the events have reached later than the
// cache.
func (c copyOf) newerThan(other copyOf) bool { return c.version > other.version }

func (c copyOf) recipe(owner, id string) (Recipe, error) {
	if len(c.body) == 0 {
		return Recipe{}, fmt.Errorf("recipe %s of user %s: %w", id, owner, ErrNotFound)
	}
	return Recipe{Version: c.version, JSON: c.body, Understood: c.understood, Source: c.source}, nil
}

// cached gives the cache's copy and the version that the owner wrote lately, in one round trip. A cache that
// can't be asked or read is one that has nothing.
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
	if value.Renewed != nil {
		r.fill(ctx, owner, id, redis.Versioned{Version: value.Version, Value: value.Renewed, Again: true})
	}
	return copyOf{version: value.Version, body: value.Body, understood: value.Understood, source: FromCache}, written
}

// stored gives the database's copy, one of version 0 where it never had the recipe, and leaves it in the cache.
func (r *Reader) stored(ctx context.Context, owner, id string) (copyOf, error) {
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
	r.fill(ctx, owner, id, redis.Versioned{Version: found.version, Value: value})
	return found, nil
}

// fill is safe beside the projection, which may be writing the same key: the newer version stays.
func (r *Reader) fill(ctx context.Context, owner, id string, value redis.Versioned) {
	value.Key, value.TTL = views.CacheKey(owner, id), views.CacheTTL
	_, err := r.redis.SetNewer(ctx, []redis.Versioned{value})
	if err != nil {
		r.log.WarnContext(ctx, "a recipe isn't cached", "user", owner, "recipe", id, "error", err)
	}
}
