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

// Another process asks for the status, rebuilds, lists what is parked and erases.
func TestControl(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newDiary()
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	defer stop()
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 5)...)
	caughtUp(t, runner)

	control := projectors.NewControl(dial(t, server.URL()))
	list, err := control.Status(testkit.Context(t))
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "diary", list[0].Name)
	require.EqualValues(t, 5, list[0].Position)

	var last projectors.Progress
	require.NoError(t, control.Rebuild(testkit.Context(t), "diary", func(p projectors.Progress) { last = p }))
	require.EqualValues(t, 1, last.Done)
	require.Equal(t, []uint64{5}, book.sequences(), "the last event of the one recipe")

	parked, err := control.Parked(testkit.Context(t))
	require.NoError(t, err)
	require.Empty(t, parked)

	places, err := control.Erase(testkit.Context(t), teller.User)
	require.NoError(t, err)
	require.Equal(t, []projectors.Erased{{Name: "stream", Count: 5}, {Name: "diary", Count: 1}}, places)
}

// Where no process runs projections, each question says so.
func TestControlWithoutProjectors(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	control := projectors.NewControl(conn)
	_, err := control.Status(t.Context())
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	_, err = control.Erase(t.Context(), "somebody")
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	_, err = control.Parked(t.Context())
	require.ErrorIs(t, err, projectors.ErrNoProjectors)
	require.ErrorIs(t, control.Rebuild(t.Context(), "diary", nil), projectors.ErrNoProjectors)
	require.ErrorIs(t, control.Rebuild(t.Context(), "*", nil), projectors.ErrUnknownProjection)
}

// hesitant is a diary whose first rebuild hangs in its first batch.
type hesitant struct {
	*diary
	entered chan struct{}
	hung    atomic.Bool
}

type hesitantTarget struct {
	projectors.Target
	book *hesitant
}

func (h *hesitant) Rebuild(ctx context.Context) (projectors.Target, error) {
	target, err := h.diary.Rebuild(ctx)
	return hesitantTarget{target, h}, err
}

func (t hesitantTarget) Apply(ctx context.Context, batch []projectors.Event) error {
	if !t.book.hung.CompareAndSwap(false, true) {
		return t.Target.Apply(ctx, batch)
	}
	close(t.book.entered)
	<-ctx.Done()
	return ctx.Err()
}

// A cancelled rebuild ends in the process that does it, leaves the view as it was and can be begun again;
// a second one beside it is refused.
func TestRebuildIsCancelled(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := &hesitant{diary: newDiary(), entered: make(chan struct{})}
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	defer stop()
	running(t, runner)
	publish(t, conn, versions(projectiontest.NewTeller(), 2)...)
	caughtUp(t, runner)

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	control := projectors.NewControl(dial(t, server.URL()))
	go func() { ended <- control.Rebuild(ctx, "diary", func(projectors.Progress) {}) }()
	testkit.Wait(t, book.entered, "the rebuild")
	require.ErrorIs(t, runner.Rebuild(t.Context(), "diary", nil), projectors.ErrRebuilding)
	cancel()
	require.ErrorIs(t, testkit.Wait(t, ended, "the end of the rebuild"), context.Canceled)
	require.Equal(t, []uint64{1, 2}, book.sequences())

	testkit.Until(t, "a rebuild can be done again", func() bool { return runner.Rebuild(t.Context(), "diary", nil) == nil })
	require.Equal(t, []uint64{2}, book.sequences())
}

// Processes that share a projection keep still while one of them swaps its view, and go on afterwards.
func TestOthersKeepStillForASwap(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	one, two := newDiary(), newDiary()
	first := share(t, conn, one)
	second := share(t, dial(t, server.URL()), two)
	teller := projectiontest.NewTeller()
	publish(t, conn, versions(teller, 10)...)
	caughtUp(t, first)
	require.NoError(t, first.Rebuild(t.Context(), "diary", nil))
	require.Equal(t, []uint64{10}, one.sequences())
	publish(t, conn, teller.Recipe(events.RecipeUpdated, "soup", 11), teller.Recipe(events.RecipeCreated, "tea", 1))
	caughtUp(t, first)
	caughtUp(t, second)
	require.Subset(t, append(one.sequences(), two.sequences()...), []uint64{11, 12})

	list, err := projectors.NewControl(dial(t, server.URL())).Status(testkit.Context(t))
	require.NoError(t, err)
	require.Len(t, list, 1, "one projection, though in two processes")
}

// share runs a projection as one of several processes.
func share(t *testing.T, conn *jetstream.Conn, book projectors.Projection) *projectors.Runner {
	t.Helper()
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	t.Cleanup(stop)
	running(t, runner)
	require.NoError(t, conn.Flush(t.Context()))
	return runner
}

// A projection that isn't there is told with the names of those that are.
func TestRebuildOfAnUnknownProjection(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	runner, _ := start(t, conn, long, newDiary())
	err := runner.Rebuild(t.Context(), "serach", nil)
	require.ErrorIs(t, err, projectors.ErrUnknownProjection)
	require.ErrorContains(t, err, "diary")
}
