package projectors_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/projectors/projectiontest"
)

// From publishing an event to its write: the stream's and the runner's share of a recipe's path.
func BenchmarkPublishToApply(b *testing.B) {
	conn, _ := connect(b)
	book := newDiary()
	runner, _ := start(b, conn, long, book)
	running(b, runner)
	teller := projectiontest.NewTeller()
	took := make([]time.Duration, 0, b.N)
	b.ResetTimer()
	for i := range b.N {
		msg := projectiontest.Message(teller.Recipe(events.RecipeUpdated, "soup", int64(i+1)))
		started := time.Now()
		_, _, err := conn.Publish(b.Context(), msg, nil)
		require.NoError(b, err)
		book.holds(b, i+1)
		took = append(took, time.Since(started))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "p99-µs")
}

// Events per second through the runner, with batches and acknowledgements, as after an import.
func BenchmarkCatchUp(b *testing.B) {
	conn, _ := connect(b)
	var list []events.Envelope
	for len(list) < b.N {
		list = append(list, projectiontest.NewTeller().RecipeStory()...)
	}
	publish(b, conn, list[:b.N]...)
	book := newDiary()
	b.ResetTimer()
	runner, _ := start(b, conn, long, book)
	caughtUp(b, runner)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// Events per second through a rebuild.
func BenchmarkRebuild(b *testing.B) {
	conn, _ := connect(b)
	teller := projectiontest.NewTeller()
	list := make([]events.Envelope, b.N)
	for i := range list {
		list[i] = teller.Recipe(events.RecipeCreated, "soup"+time.Duration(i).String(), 1)
	}
	publish(b, conn, list...)
	runner, _ := start(b, conn, long, newDiary())
	caughtUp(b, runner)
	b.ResetTimer()
	require.NoError(b, runner.Rebuild(b.Context(), "diary", nil))
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
