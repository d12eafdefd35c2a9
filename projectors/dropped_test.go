package projectors_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// A rebuild stops at a message that is no event, until an operator drops it.
func TestARebuildGoesPastWhatWasDropped(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	defer stop()
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	_, _, err = conn.Publish(t.Context(), jetstream.Message{Subject: "larder.recipe.stranger.thing", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	control := projectors.NewControl(dial(t, server.URL()))
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

// What the erasure of users parks can be dropped, though it is no projection.
func TestWhatTheErasureParkedIsDropped(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	book.spec.Filters = []string{events.AllUsers}
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	defer stop()
	_, _, err = conn.Publish(t.Context(), jetstream.Message{Subject: "larder.user.stranger", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	control := projectors.NewControl(dial(t, server.URL()))
	ctx := testkit.Context(t)
	var parked []projectors.ParkedEvent
	testkit.Until(t, "both have parked the message", func() bool {
		parked, err = control.Parked(ctx)
		require.NoError(t, err)
		return len(parked) == 2
	})
	for _, event := range parked {
		require.NoError(t, control.DropParked(ctx, event.Projection, event.Sequence))
	}
	parked, err = control.Parked(ctx)
	require.NoError(t, err)
	require.Empty(t, parked)
}
