package groceryfeed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/groceryfeed"
	"larder.dev/projectors/projectiontest"
)

// A feed lost together with all of NATS's data is recreated at runtime, and accepts the next
// request.
func TestALostFeedIsMadeAgain(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	dial := func(url string) *jetstream.Conn {
		conn, err := jetstream.Connect(t.Context(), jetstream.Options{URL: url, Name: t.Name(), Log: testkit.Logger(t)})
		require.NoError(t, err)
		t.Cleanup(conn.Close)
		return conn
	}
	conn, feed := dial(server.URL()), dial(server.PublisherURL())
	runner := projectors.NewRunner(projectors.Deps{Conn: conn, Log: testkit.Logger(t)}, groceryfeed.New(feed, testkit.Logger(t)))
	projectiontest.Running(t, runner)
	teller := projectiontest.NewTeller()
	asked := func(want int) {
		testkit.Until(t, "the request is on the feed", func() bool {
			seen, err := dump(t.Context(), feed, teller.User)
			return err == nil && len(seen) == want
		})
	}
	made := func() {
		require.NoError(t, conn.WaitReady(t.Context()))
		require.NoError(t, conn.EnsureStream(t.Context(), projectors.Streams()[0])) // like the relay
		testkit.Until(t, "the streams are there", func() bool {
			_, err := conn.ConsumerInfo(t.Context(), events.Stream, "projection-"+groceryfeed.Name)
			_, missing := feed.State(t.Context(), events.Feed)
			return err == nil && missing == nil
		})
	}
	made()
	_, err := conn.PublishBatch(t.Context(), events.Stream, projectiontest.Messages([]events.Envelope{teller.Grocery("milk")}))
	require.NoError(t, err)
	asked(1)
	server.Lose(t)
	made()
	_, err = conn.PublishBatch(t.Context(), events.Stream, projectiontest.Messages([]events.Envelope{teller.Grocery("eggs")}))
	require.NoError(t, err)
	asked(1)
}
