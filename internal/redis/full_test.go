//go:build linux

package redis_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/embedded/redisserver"
	"larder.dev/internal/fulldisk"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
	"larder.dev/internal/testkit/servers"
)

// A Redis with a full disk is distinguished from one that is down: it answers reads, gives the
// reason for refusing a write, and accepts writes again once there is space.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	testkit.OnSmallDisk(t, 8<<20, func(t *testing.T, dir string) {
		t.Helper()
		client, err := redis.Open(t.Context(), redisOn(t, filepath.Join(dir, "redis")))
		require.NoError(t, err)
		defer func() { require.NoError(t, client.Close()) }()
		var mark fulldisk.Mark
		client.WatchRoom(&mark)
		ctx := testkit.Context(t)
		require.NoError(t, client.Set(ctx, "kept", []byte("soup"), 0))
		require.NoError(t, client.Room(ctx, "room"))

		makeRoom := testkit.FillDisk(t, dir)
		testkit.Until(t, "a write is refused", func() bool {
			err := client.Tx(ctx, func(tx *redis.Tx) error { tx.Set("more", make([]byte, 8000), 0); return nil })
			return err != nil
		})
		require.ErrorIs(t, client.Set(ctx, "more", nil, 0), fulldisk.Err)
		require.ErrorIs(t, client.Set(ctx, "more", nil, 0), redis.ErrUnavailable)
		more := func(tx *redis.Tx) error { tx.Set("more", nil, 0); tx.Expire("more", time.Hour); return nil }
		require.ErrorIs(t, client.Tx(ctx, more), fulldisk.Err, "and not that the transaction was called off")
		require.ErrorIs(t, client.Update(ctx, []string{"kept"}, func(_ [][]byte, tx *redis.Tx) error { return more(tx) }), fulldisk.Err)
		require.True(t, mark.Full())
		require.ErrorIs(t, client.Room(ctx, "room"), fulldisk.Err)
		require.NoError(t, client.Ping(ctx), "it is there")
		kept, found, err := client.Get(ctx, "kept")
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, "soup", string(kept))
		makeRoom()
		testkit.Until(t, "there is room", func() bool { return client.Room(ctx, "room") == nil })
		require.NoError(t, client.Set(ctx, "more", nil, 0))
	})
}

// redisOn starts a server in a folder: a real one if the tests have one, else the embedded one.
func redisOn(t *testing.T, dir string) (url string) {
	t.Helper()
	if os.Getenv("LARDER_TEST_REDIS_URL") != "" {
		server, err := servers.StartRedis(testkit.Context(t), dir)
		require.NoError(t, err)
		t.Cleanup(func() { require.NoError(t, server.Stop()) })
		return server.URL
	}
	server, err := redisserver.Start(redisserver.Options{Dir: dir, TCP: true, Keep: func(string) bool { return true }, Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	return server.URL()
}
