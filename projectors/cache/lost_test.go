package cache_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/projectiontest"
	"larder.dev/projectors/views"
)

// A cache that is emptied at runtime is warmed again from the stream, even without writes.
func TestAFlushedCacheIsFilledAgain(t *testing.T) {
	t.Parallel()
	client, server := open(t), testkit.NATS(t)
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: server.URL(), Name: t.Name(), Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	for _, stream := range projectors.Streams() {
		require.NoError(t, conn.EnsureStream(t.Context(), stream))
	}
	runner := projectors.NewRunner(projectors.Deps{Conn: conn, Log: testkit.Logger(t)}, cache.New(client))
	projectiontest.Running(t, runner)
	teller := projectiontest.NewTeller()
	_, err = conn.PublishBatch(t.Context(), events.Stream,
		projectiontest.Messages([]events.Envelope{teller.Recipe(events.RecipeCreated, "soup", 1), teller.Recipe(events.RecipeCreated, "tea", 1)}))
	require.NoError(t, err)
	filled := func() bool {
		count, err := client.CountPrefix(t.Context(), views.CachePrefix)
		require.NoError(t, err)
		return count == 2
	}
	testkit.Until(t, "the recipes are in the cache", filled)
	_, err = client.DeletePrefix(t.Context(), "")
	require.NoError(t, err)
	testkit.Until(t, "they are there again", filled)
	testkit.Until(t, "it is whole", func() bool { return runner.Whole(cache.Name) == nil })
}
