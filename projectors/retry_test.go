package projectors_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// Parked events can be retried, from another process, once their cause is gone; or dropped. Until
// then they stay on record.
func TestParkedEventsAreRetriedOrDropped(t *testing.T) {
	t.Parallel()
	book := newDiary()
	var mended atomic.Bool
	book.before = func(_ context.Context, batch []projectors.Event) error {
		if batch[0].Sequence != 3 && !mended.Load() {
			return projectors.ErrImpossible
		}
		return nil
	}
	conn, _, control := controlled(t, book)
	for range 3 {
		publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	}
	ctx := testkit.Context(t)
	testkit.Until(t, "two events are parked", func() bool {
		parked, err := control.Parked(ctx)
		require.NoError(t, err)
		return len(parked) == 2
	})

	require.ErrorContains(t, control.RetryParked(ctx, "diary", 1), "event can't be applied")
	mended.Store(true)
	require.NoError(t, control.RetryParked(ctx, "diary", 1))
	require.ErrorContains(t, control.RetryParked(ctx, "diary", 1), projectors.ErrNotParked.Error())
	require.NoError(t, control.DropParked(ctx, "diary", 2))
	require.ErrorContains(t, control.DropParked(ctx, "diary", 9), projectors.ErrNotParked.Error())
	require.ErrorIs(t, control.RetryParked(ctx, "nobody", 1), projectors.ErrNoProjectors)
	require.ErrorIs(t, control.DropParked(ctx, "*", 1), projectors.ErrUnknownProjection)

	parked, err := control.Parked(ctx)
	require.NoError(t, err)
	require.Empty(t, parked)
	require.ElementsMatch(t, []uint64{1, 3}, book.sequences())
}
