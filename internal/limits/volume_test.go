package limits

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// Traffic within the limit isn't delayed, traffic a little above it waits, and what would wait long
// is refused after a while, with the time to retry, and takes nothing from later requests.
func TestBytesASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, registry := throttleOf(t, Volume, Limit{PerSecond: 1000})
		spend := func(who string, n int) (time.Duration, error) {
			began := time.Now()
			err := throttle.Spend(t.Context(), Volume, who, n)
			return time.Since(began), err
		}
		waited, err := spend("ada", Volume.burst(1000))
		require.NoError(t, err)
		require.Zero(t, waited)
		waited, err = spend("ada", 500)
		require.NoError(t, err)
		require.Equal(t, time.Second/2, waited)
		waited, err = spend("bob", 500)
		require.NoError(t, err)
		require.Zero(t, waited)

		go func() { _, _ = spend("ada", 1900) }()
		synctest.Wait()
		_, err = spend("ada", 600)
		var exceeded *Exceeded
		require.ErrorAs(t, err, &exceeded)
		require.Equal(t, Exceeded{Kind: Volume, Limit: 1000, PerSecond: true, RetryAfter: 600 * time.Millisecond}, *exceeded)
		require.EqualError(t, exceeded, "more than 1000 bytes of writes a second")
		waited, err = spend("ada", 600)
		require.NoError(t, err)
		require.Equal(t, exceeded.RetryAfter, waited)
		require.Equal(t, []string{"write_bytes per_second 1"}, counted(t, registry))
	})
}

// One item larger than the burst passes if nothing else was sent, and a caller who leaves while
// waiting doesn't count as refused.
func TestBytesOfALargeOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		throttle, registry := throttleOf(t, Volume, Limit{PerSecond: 10})
		require.NoError(t, throttle.Spend(t.Context(), Volume, "ada", 1<<20))
		ctx, giveUp := context.WithCancel(t.Context())
		giveUp()
		require.ErrorIs(t, throttle.Spend(ctx, Volume, "ada", 1), context.Canceled)
		require.NoError(t, (*Throttle)(nil).Spend(ctx, Volume, "ada", 1))
		require.NoError(t, throttle.Spend(ctx, Volume, "ada", 0))
		require.Empty(t, counted(t, registry))
	})
}
