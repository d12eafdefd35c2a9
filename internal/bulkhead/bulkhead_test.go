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

// No more of one key than that are inside, and each has its turn.
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

// One key's being full is nothing to another's.
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
	leave() // says nothing new
	again, err := b.Enter(t.Context(), "a")
	require.NoError(t, err)
	again()
}

// Who waits too long is told so, and who gives up is gone; neither takes the turn of another.
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
