package projectors

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// Regression: a consumer learns of an event a moment after the stream, and a projection seemed to
// have done what it hadn't started. A consumer snapshot from before the event reproduces that
// moment reliably.
func TestLagOfAnEventThatTheConsumerDidNotHearOf(t *testing.T) {
	t.Parallel()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{
		URL: testkit.NATS(t).URL(), Name: t.Name(), Log: testkit.Logger(t),
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	for _, stream := range Streams() {
		require.NoError(t, conn.EnsureStream(t.Context(), stream))
	}
	spec := Spec{Name: "diary", Filters: []string{events.AllRecipes}}
	_, err = conn.EnsureConsumer(t.Context(), events.Stream, jetstream.ConsumerConfig{
		Durable: durable(spec.Name), Filters: spec.Filters, AckWait: defaultAckWait, MaxAckPending: 1,
	})
	require.NoError(t, err)
	before, err := conn.ConsumerInfo(t.Context(), events.Stream, durable(spec.Name))
	require.NoError(t, err)
	measured := func(subject string) uint64 {
		end, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: subject, Data: []byte("{}")}, nil)
		require.NoError(t, err)
		stream, err := conn.State(t.Context(), events.Stream)
		require.NoError(t, err)
		require.Equal(t, end, stream.LastSeq)
		stream.Now = stream.LastTime.Add(time.Hour) // whatever our own clock says
		undone, seconds, err := lag(t.Context(), conn, spec, before, stream)
		require.NoError(t, err)
		require.InDelta(t, float64(undone)*3600, seconds, 0.001)
		return undone
	}
	require.Zero(t, measured("larder.user.ada"), "an event of another projection")
	require.EqualValues(t, 1, measured("larder.recipe.ada.soup"))
}
