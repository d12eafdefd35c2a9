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

// loose is a diary that somebody can throw away.
type loose struct {
	*diary

	gone    atomic.Bool
	builds  atomic.Int32
	patient chan struct{} // a new diary is in place once this is closed; nil for at once
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

// A view that is deleted behind the projection's back is built anew while it runs on, also where nothing is written; until
// then the status, the metrics and whoever asks hear that it is gone.
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

// What can't be applied is parked while a lost view is built anew: it would keep everybody's out.
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

// Of two processes that find the same view gone one builds it.
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
	// So long the other one would have begun several times.
	timer := time.NewTimer(time.Second)
	<-timer.C
	close(book.patient)
	caughtUp(t, one)
	caughtUp(t, other)
	require.EqualValues(t, 1, book.builds.Load())
}

// The loss of everything that the server kept, buckets too, is mended while the projection runs on.
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

// A view that is lost while the relay still fills a new stream is built anew once the stream has everything, and nobody may
// rebuild it before: it would lack what is still to come, and pass for whole.
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

// Of a recipe that is published again with a newer version to come, a view of what is true now shows nothing before that: a
// reader may have seen it. One that keeps each event takes all.
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

// values gives the sum of a metric over all projections.
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
