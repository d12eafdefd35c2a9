package cache_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/views"
)

func open(t *testing.T) *redis.Client {
	t.Helper()
	client, err := redis.Open(t.Context(), testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

// The cache passes the suite of all projections.
func TestProjection(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, _ *jetstream.Conn) projectiontest.View {
		t.Helper()
		client := open(t)
		return projectiontest.View{
			Projection:   cache.New(client),
			Expect:       cache.Expect,
			FallsThrough: true,
			Dump:         func(ctx context.Context, user string) (map[string]string, error) { return dump(ctx, client, user) },
		}
	})
}

// words are the suite's recipes.
func words() []string {
	return strings.Fields("soup bread cake tea salad stew pie headless poison mystery future late late1 late2 late3")
}

// dump returns the recipes that a reader finds in the cache, without tombstones.
func dump(ctx context.Context, client *redis.Client, user string) (map[string]string, error) {
	teller := &projectiontest.Teller{User: user}
	found := map[string]string{}
	for _, word := range words() {
		value, ok, err := client.Get(ctx, views.CacheKey(user, teller.ID(word)))
		if err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		cached, err := views.DecodeCached(value)
		if err != nil {
			return nil, err
		}
		if len(cached.Body) == 0 {
			continue
		}
		var recipe events.Recipe
		if err := json.Unmarshal(cached.Body, &recipe); err != nil {
			return nil, err
		}
		found[word] = fmt.Sprintf("version %d, %s with %d rows", cached.Version, recipe.Name, len(recipe.Ingredients))
	}
	return found, nil
}

// The cached bytes are the event's, so that detail can pass them on unchanged; a deleted recipe
// leaves its version.
func TestCachedBytes(t *testing.T) {
	t.Parallel()
	client := open(t)
	projection := cache.New(client)
	teller := projectiontest.NewTeller()
	created := teller.Recipe(events.RecipeCreated, "soup", 1)
	key := views.CacheKey(teller.User, teller.ID("soup"))
	require.NoError(t, projection.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{created})))
	value, _, err := client.Get(t.Context(), key)
	require.NoError(t, err)
	cached, err := views.DecodeCached(value)
	require.NoError(t, err)
	require.Equal(t, string(created.Data), string(cached.Body))

	deleted := teller.Recipe(events.RecipeDeleted, "soup", 2)
	require.NoError(t, projection.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{deleted})))
	value, _, err = client.Get(t.Context(), key)
	require.NoError(t, err)
	cached, err = views.DecodeCached(value)
	require.NoError(t, err)
	require.EqualValues(t, 2, cached.Version)
	require.Empty(t, cached.Body)
}

// A version that the store can't compare exactly is refused for good rather than retried for ever.
func TestHugeVersionIsImpossible(t *testing.T) {
	t.Parallel()
	projection := cache.New(open(t))
	teller := projectiontest.NewTeller()
	huge := teller.Recipe(events.RecipeCreated, "soup", 1<<53)
	err := projection.Apply(t.Context(), projectiontest.Delivered([]events.Envelope{huge}))
	require.ErrorIs(t, err, projectors.ErrImpossible)
}
