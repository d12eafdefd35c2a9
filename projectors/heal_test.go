package projectors_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/projectiontest"
)

// loose is a diary whose view can be deleted.
type loose struct {
	*diary

	gone    atomic.Bool
	builds  atomic.Int32
	patient chan struct{} // a rebuilt diary is swapped in once this is closed; nil for at once
}

func newLoose() *loose { return &loose{diary: newDiary()} }

func (l *loose) throwAway() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.pages = nil
	l.gone.Store(true)
}

func (l *loose) Lost(context.Context) (bool, error) { return l.gone.Load(), nil }

func (l *loose) Apply(ctx context.Context, batch []projectors.Event) error {
	if l.gone.Load() {
		return projectors.ErrLost
	}
	return l.diary.Apply(ctx, batch)
}

func (l *loose) Rebuild(context.Context) (projectors.Target, error) {
	l.builds.Add(1)
	return &found{rewritten{diary: l.diary, fresh: newDiary()}, l}, nil
}

type found struct {
	rewritten
	of *loose
}

func (f *found) Commit(ctx context.Context) error {
	if f.of.patient != nil {
		select {
		case <-f.of.patient:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	defer f.of.gone.Store(false)
	return f.rewritten.Commit(ctx)
}

// A view deleted behind the projection's back is rebuilt at runtime, even without writes; until
// then status, metrics and callers learn that it is gone.
func TestALostViewIsBuiltAnew(t *testing.T) {
	t.Parallel()
	for what, write := range map[string]bool{"found out by a write": true, "found out at rest": false} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			conn, _ := connect(t)
			teller := projectiontest.NewTeller()
			book := newLoose()
			book.patient = make(chan struct{})
			runner, _ := start(t, conn, long, book)
			publish(t, conn, versions(teller, 20)...)
			caughtUp(t, runner)
			require.NoError(t, runner.Whole("diary"))
			book.throwAway()
			if write {
				publish(t, conn, versions(teller, 1)...)
			}
			testkit.Until(t, "it says that the view is gone", func() bool { return runner.Whole("diary") != nil })
			require.ErrorIs(t, runner.Whole("diary"), projectors.ErrLost)
			testkit.Until(t, "the status says so", func() bool {
				list, err := runner.Status(t.Context())
				require.NoError(t, err)
				return list[0].State == projectors.Rebuilding && list[0].Reason != ""
			})
			require.Zero(t, values(t, runner, "larder_projection_up"))
			close(book.patient)
			caughtUp(t, runner)
			require.NoError(t, runner.Whole("diary"))
			require.InDelta(t, 1, values(t, runner, "larder_projection_view_lost_total"), 0)
			publish(t, conn, teller.Recipe(events.RecipeCreated, "tea", 1))
			caughtUp(t, runner)
			require.GreaterOrEqual(t, book.sequences()[0], uint64(20), "the last event of the subject")
		})
	}
}

// While a lost view is rebuilt, events that can't be applied are parked: they would block everyone
// else's.
func TestALostViewIsBuiltPastWhatCannotBeApplied(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	book := newLoose()
	runner, _ := start(t, conn, long, book)
	publish(t, conn, versions(projectiontest.NewTeller(), 1)...)
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "larder.recipe.stranger.thing", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	caughtUp(t, runner)
	book.throwAway()
	testkit.Until(t, "the view is built anew", func() bool { return book.builds.Load() == 1 && !book.gone.Load() })
	caughtUp(t, runner)
	require.Equal(t, []uint64{1}, book.sequences())
	parked, err := runner.Parked(t.Context())
	require.NoError(t, err)
	require.Len(t, parked, 1, "it stays parked")
}

// If two processes find the same view gone, one rebuilds it.
func TestALostViewIsBuiltByOne(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	book := newLoose()
	book.patient = make(chan struct{})
	one, _ := start(t, conn, long, book)
	other, _ := start(t, dial(t, server.URL()), long, book)
	publish(t, conn, versions(projectiontest.NewTeller(), 20)...)
	caughtUp(t, one)
	caughtUp(t, other)
	book.throwAway()
	testkit.Until(t, "both have found out", func() bool { return one.Whole("diary") != nil && other.Whole("diary") != nil })
	// Within this time the other would have started several times.
	timer := time.NewTimer(time.Second)
	<-timer.C
	close(book.patient)
	caughtUp(t, one)
	caughtUp(t, other)
	require.EqualValues(t, 1, book.builds.Load())
}

// If the server loses all data, including buckets, the running projection recovers.
func TestTheServerLosesEverything(t *testing.T) {
	t.Parallel()
	conn, server := connect(t)
	teller := projectiontest.NewTeller()
	book := newDiary()
	runner, _ := start(t, conn, long, book)
	publish(t, conn, versions(teller, 3)...)
	caughtUp(t, runner)
	server.Lose(t)
	makeStreams(t, conn)
	testkit.Until(t, "the projection reads the new stream", func() bool {
		_, err := conn.ConsumerInfo(t.Context(), events.Stream, "projection-diary")
		return err == nil
	})
	publish(t, conn, teller.Recipe(events.RecipeCreated, "tea", 1))
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: "larder.recipe.stranger.thing", Data: []byte("garbage")}, nil)
	require.NoError(t, err)
	caughtUp(t, runner)
	require.EqualValues(t, 1, book.sequences()[len(book.sequences())-1])
	parked, err := runner.Parked(t.Context())
	require.NoError(t, err)
	require.Len(t, parked, 1)
}

// A view lost while the relay is still filling a new stream is rebuilt once the stream is complete,
// and can't be rebuilt before: it would lack the rest and still pass as complete.
func TestAViewWaitsForTheFillingOfTheStream(t *testing.T) {
	t.Parallel()
	conn := dial(t, testkit.NATS(t).URL())
	for _, stream := range projectors.Streams() {
		stream.Note = events.UnfilledNote
		require.NoError(t, conn.EnsureStream(t.Context(), stream))
	}
	teller := projectiontest.NewTeller()
	book := newLoose()
	runner, _ := start(t, conn, long, book)
	publish(t, conn, versions(teller, 3)...)
	caughtUp(t, runner)
	require.ErrorIs(t, runner.Rebuild(t.Context(), "diary", nil), projectors.ErrFilling)
	book.throwAway()
	testkit.Until(t, "the loss is found out", func() bool { return runner.Whole("diary") != nil })
	testkit.Until(t, "it waits for the relay", func() bool {
		status, err := runner.Status(t.Context())
		return err == nil && strings.Contains(status[0].Reason, projectors.ErrFilling.Error())
	})
	require.Zero(t, book.builds.Load())
	state, err := conn.State(t.Context(), events.Stream)
	require.NoError(t, err)
	require.NoError(t, conn.RemoveNote(t.Context(), events.Stream, state.Created, events.UnfilledNote))
	caughtUp(t, runner)
	require.EqualValues(t, 1, book.builds.Load())
}

// If a recipe is republished with a newer version still to come, a view of the present state
// ignores the old version, because a reader may have seen the newer one. A view that keeps every
// event accepts all.
func TestAnOldVersionIsPassedOver(t *testing.T) {
	t.Parallel()
	conn, _ := connect(t)
	teller := projectiontest.NewTeller()
	old, late := teller.Recipe(events.RecipeCreated, "soup", 1), teller.Recipe(events.RecipeUpdated, "soup", 2)
	old.Superseded = true
	current, chronicle := newDiary(), newDiary()
	current.spec.Current = true
	chronicle.spec.Name = "chronicle"
	runner, _ := start(t, conn, long, current, chronicle)
	publish(t, conn, old)
	caughtUp(t, runner)
	require.Empty(t, current.sequences())
	require.NoError(t, runner.Rebuild(t.Context(), "diary", nil))
	require.Empty(t, current.sequences())
	publish(t, conn, late)
	caughtUp(t, runner)
	require.Equal(t, []uint64{2}, current.sequences())
	require.Equal(t, []uint64{1, 2}, chronicle.sequences())
}

// values returns the sum of a metric over all projections.
func values(t *testing.T, runner *projectors.Runner, name string) (sum float64) {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(runner.Collector()))
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, family := range families {
		if family.GetName() != name {
			continue
		}
		for _, metric := range family.GetMetric() {
			sum += metric.GetGauge().GetValue() + metric.GetCounter().GetValue()
		}
		return sum
	}
	require.Fail(t, "no metric "+name)
	return 0
}
