package bulkhead_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/bulkhead"
)

// At most the allowed number of one key are inside, and each gets its turn.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	b := bulkhead.New(2, 100)
	var inside, most, done atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			leave, err := b.Enter(t.Context(), "a")
			if err != nil {
				return
			}
			defer leave()
			for now := inside.Add(1); ; {
				before := most.Load()
				if now <= before || most.CompareAndSwap(before, now) {
					break
				}
			}
			done.Add(1)
			inside.Add(-1)
		})
	}
	all.Wait()
	require.EqualValues(t, 50, done.Load())
	require.LessOrEqual(t, most.Load(), int64(2))
}

// A key at its limit doesn't affect others.
func TestOthersAreLetIn(t *testing.T) {
	t.Parallel()
	b := bulkhead.New(1, 0)
	leave, err := b.Enter(t.Context(), "a")
	require.NoError(t, err)
	_, err = b.Enter(t.Context(), "a")
	require.ErrorIs(t, err, bulkhead.ErrBusy)
	other, err := b.Enter(t.Context(), "b")
	require.NoError(t, err)
	other()
	leave()
	leave() // an extra call does nothing
	again, err := b.Enter(t.Context(), "a")
	require.NoError(t, err)
	again()
}

// A caller who waits too long gets an error, one who gives up leaves; neither takes a turn.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	b := bulkhead.New(1, 1)
	leave, err := b.Enter(t.Context(), "a")
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err = b.Enter(short, "a")
	require.ErrorIs(t, err, bulkhead.ErrBusy)
	given, up := context.WithCancel(t.Context())
	up()
	_, err = b.Enter(given, "a")
	require.ErrorIs(t, err, context.Canceled)
	leave()
	again, err := b.Enter(t.Context(), "a")
	require.NoError(t, err)
	again()
}
