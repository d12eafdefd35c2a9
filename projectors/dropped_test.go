package projectors_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// A rebuild stops at a message that isn't a valid event, until an operator drops it.
func TestARebuildGoesPastWhatWasDropped(t *testing.T) {
	t.Parallel()
	book := newDiary()
	conn, runner, control := controlled(t, book)
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "larder.recipe.stranger.thing", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	ctx := testkit.Context(t)
	testkit.Until(t, "the message is parked", func() bool {
		parked, err := control.Parked(ctx)
		require.NoError(t, err)
		return len(parked) == 1
	})
	require.ErrorContains(t, runner.Rebuild(ctx, "diary", nil), "message 2")

	require.NoError(t, control.DropParked(ctx, "diary", 2))
	require.NoError(t, runner.Rebuild(ctx, "diary", nil))
	parked, err := control.Parked(ctx)
	require.NoError(t, err)
	require.Empty(t, parked)
	require.Equal(t, []uint64{1}, book.sequences())
}

// Events parked by the erasure of users can be dropped, even though it can't be rebuilt.
func TestWhatTheErasureParkedIsDropped(t *testing.T) {
	t.Parallel()
	book := newDiary()
	book.spec.Filters = []string{events.AllUsers}
	conn, runner, control := controlled(t, book)
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "larder.user.stranger", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	ctx := testkit.Context(t)
	var parked []projectors.ParkedEvent
	testkit.Until(t, "both have parked the message", func() bool {
		parked, err = control.Parked(ctx)
		require.NoError(t, err)
		return len(parked) == 2
	})
	overview, err := control.Overview(ctx, book.spec)
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, []int{overview[0].Parked, overview[1].Parked}, "the status counts it, for the erasure too")
	testkit.Until(t, "the metrics count it", func() bool { return values(t, runner, "larder_projection_parked") == 2 })
	for _, event := range parked {
		require.NoError(t, control.DropParked(ctx, event.Projection, event.Sequence))
	}
	overview, err = control.Overview(ctx, book.spec)
	require.NoError(t, err)
	require.Len(t, overview, 1, "an erasure that needs no attention isn't told of")
	parked, err = control.Parked(ctx)
	require.NoError(t, err)
	require.Empty(t, parked)
}

// An event of a future version stops the projection, as a newer build must read it; it is on record
// with its reason, and dropping it lets everything continue, including a rebuild.
func TestAnEventOfAVersionToComeIsParkedAndDropped(t *testing.T) {
	t.Parallel()
	book := newDiary()
	conn, runner, control := controlled(t, book)
	teller := projectiontest.NewTeller()
	future := teller.Recipe(events.RecipeCreated, "future", 1)
	future.SchemaVersion = 99
	publish(t, conn, teller.Recipe(events.RecipeCreated, "soup", 1), future, teller.Recipe(events.RecipeCreated, "tea", 1))
	ctx := testkit.Context(t)
	testkit.Until(t, "it is stopped and says where", func() bool {
		status, err := control.Status(ctx)
		require.NoError(t, err)
		return status[0].State == projectors.Stopped && status[0].Parked == 1
	})
	parked, err := control.Parked(ctx)
	require.NoError(t, err)
	require.EqualValues(t, 2, parked[0].Sequence)
	require.Contains(t, parked[0].Reason, "99")
	require.ErrorIs(t, runner.Rebuild(ctx, "diary", nil), events.ErrUnknownVersion)

	require.NoError(t, control.DropParked(ctx, "diary", 2))
	caughtUp(t, runner)
	require.ElementsMatch(t, []uint64{1, 3}, book.sequences())
	require.NoError(t, runner.Rebuild(ctx, "diary", nil))
	parked, err = control.Parked(ctx)
	require.NoError(t, err)
	require.Empty(t, parked)
}

// A recorded event that is redelivered to a build that can apply it isn't parked any more.
func TestWhatANewerBuildAppliesIsNotParked(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	var able atomic.Bool
	book.before = func(context.Context, []projectors.Event) error {
		if able.Load() {
			return nil
		}
		return events.ErrUnknownVersion // like an older build
	}
	older, end := start(t, conn, long, book)
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	testkit.Until(t, "it is parked", func() bool {
		parked, err := older.Parked(t.Context())
		require.NoError(t, err)
		return len(parked) == 1
	})
	end()
	able.Store(true)
	newer, _ := start(t, dial(t, server.URL()), long, book)
	caughtUp(t, newer)
	parked, err := newer.Parked(t.Context())
	require.NoError(t, err)
	require.Empty(t, parked)
	require.Equal(t, []uint64{1}, book.sequences())
}
