package redis_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

// A waiter gets the lock once the holder, when asked, releases it; nobody shares it.
func TestLockIsOnePersonsAtATime(t *testing.T) {
	t.Parallel()
	url := testkit.Redis(t)
	var holders, most atomic.Int32
	var all sync.WaitGroup
	for range 4 {
		client := openAt(t, url)
		all.Go(func() {
			asked := make(chan struct{})
			lock, err := client.Lock(t.Context(), "upload", func() { close(asked) })
			if err != nil {
				t.Error(err)
				return
			}
			now := holders.Add(1)
			most.Store(max(most.Load(), now))
			select {
			case <-asked:
			case <-time.After(2 * time.Second): // the last one isn't asked
			}
			holders.Add(-1)
			if err := lock.Unlock(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, most.Load())
}

// A held lock isn't available before it expires, and the holder of a lost one is told and doesn't
// take it back.
func TestLockIsWaitedForAndLost(t *testing.T) {
	t.Parallel()
	ctx, client := testkit.Context(t), open(t)
	lost := make(chan struct{})
	first, err := client.Lock(ctx, "upload", func() { close(lost) })
	require.NoError(t, err)
	soon, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	_, err = client.Lock(soon, "upload", nil)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = client.Del(ctx, "upload")
	require.NoError(t, err)
	second, err := client.Lock(ctx, "upload", nil)
	require.NoError(t, err)
	<-lost
	require.NoError(t, first.Unlock())
	_, found, err := client.Get(ctx, "upload")
	require.NoError(t, err)
	require.True(t, found, "it is the second one's")
	require.NoError(t, second.Unlock())
	_, found, err = client.Get(ctx, "upload")
	require.NoError(t, err)
	require.False(t, found)

	away, err := redis.Open(ctx, "redis://127.0.0.1:1/0")
	require.NoError(t, err)
	defer away.Close()
	_, err = away.Lock(ctx, "upload", nil)
	require.ErrorIs(t, err, redis.ErrUnavailable)
}
