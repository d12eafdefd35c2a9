package projectors_test

import (
	"context"
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
	testkit.Until(t, "the stream is there again", func() bool {
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
