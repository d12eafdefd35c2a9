package retry_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/retry"
)

// A delay doubles up to the last one, is never less than half of that, and no number of attempts makes it overflow.
func TestDelay(t *testing.T) {
	t.Parallel()
	for attempt, whole := range map[int]time.Duration{
		0: time.Second, 1: 2 * time.Second, 3: 8 * time.Second, 4: 10 * time.Second, 64: 10 * time.Second, math.MaxInt: 10 * time.Second,
	} {
		for range 100 {
			d := retry.Delay(attempt, time.Second, 10*time.Second)
			require.GreaterOrEqual(t, d, whole/2, attempt)
			require.LessOrEqual(t, d, whole, attempt)
		}
	}
}

// A wait ends with its context, and says so.
func TestWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	require.True(t, retry.Wait(ctx, time.Nanosecond))
	cancel()
	require.False(t, retry.Wait(ctx, time.Hour))
}
