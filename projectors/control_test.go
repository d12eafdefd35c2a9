package projectors_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
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

// blocking is a diary whose rebuild waits in its first batch.
type blocking struct {
	*diary
	entered chan struct{}
}

type blockedTarget struct {
	projectors.Target
	blocking *blocking
}

func (b *blocking) Rebuild(ctx context.Context) (projectors.Target, error) {
	target, err := b.diary.Rebuild(ctx)
	return blockedTarget{target, b}, err
}

func (t blockedTarget) Apply(ctx context.Context, _ []projectors.Event) error {
	close(t.blocking.entered)
	<-ctx.Done()
	return ctx.Err()
}

// A cancelled rebuild ends in the process that does it, leaves the view as it was and can be begun again;
// a second one beside it is refused.
func TestRebuildIsCancelled(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := &blocking{diary: newDiary(), entered: make(chan struct{})}
	runner, _ := start(t, conn, long, book)
	stop, err := projectors.ServeControl(conn, runner)
	require.NoError(t, err)
	defer stop()
	publish(t, conn, versions(projectiontest.NewTeller(), 2)...)
	caughtUp(t, runner)
	before := book.sequences()

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	control := projectors.NewControl(dial(t, server.URL()))
	go func() { ended <- control.Rebuild(ctx, "diary", func(projectors.Progress) {}) }()
	testkit.Wait(t, book.entered, "the rebuild")
	require.ErrorIs(t, runner.Rebuild(t.Context(), "diary", nil), projectors.ErrRebuilding)
	cancel()
	require.ErrorIs(t, testkit.Wait(t, ended, "the end of the rebuild"), context.Canceled)

	book.entered = make(chan struct{})
	again, cancelAgain := context.WithCancel(t.Context())
	testkit.Until(t, "a rebuild can begin again", func() bool {
		go func() {
			select {
			case <-book.entered:
				cancelAgain()
			case <-again.Done():
			}
		}()
		return runner.Rebuild(again, "diary", nil) != nil && again.Err() != nil
	})
	require.Equal(t, before, book.sequences())
}

// Processes that share a projection keep still while one of them swaps its view, and go on afterwards.
func TestOthersKeepStillForASwap(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	one, two := newDiary(), newDiary()
	first, _ := start(t, conn, long, one)
	other := dial(t, server.URL())
	second, _ := start(t, other, long, two)
	for runner, c := range map[*projectors.Runner]func() (func(), error){
		first:  func() (func(), error) { return projectors.ServeControl(conn, first) },
		second: func() (func(), error) { return projectors.ServeControl(other, second) },
	} {
		stop, err := c()
		require.NoError(t, err)
		defer stop()
		running(t, runner)
	}
	require.NoError(t, other.Flush(t.Context()))
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

// A projection that isn't there is told with the names of those that are.
func TestRebuildOfAnUnknownProjection(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	runner, _ := start(t, conn, long, newDiary())
	err := runner.Rebuild(t.Context(), "serach", nil)
	require.ErrorIs(t, err, projectors.ErrUnknownProjection)
	require.ErrorContains(t, err, "diary")
}
