package groceryfeed_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
	"larder.dev/projectors"
	"larder.dev/projectors/groceryfeed"
	"larder.dev/projectors/projectiontest"
)

// The grocery feed passes the suite of all projections.
func TestProjection(t *testing.T) {
	t.Parallel()
	projectiontest.Run(t, func(t *testing.T, _ *jetstream.Conn) projectiontest.View {
		t.Helper()
		conn := openFeed(t)
		return projectiontest.View{
			Projection: groceryfeed.New(conn, testkit.Logger(t)),
			Dump:       func(ctx context.Context, user string) (map[string]string, error) { return dump(ctx, conn, user) },
		}
	})
}

// openFeed connects to a feed for this test.
func openFeed(t *testing.T) *jetstream.Conn {
	t.Helper()
	conn, err := jetstream.Connect(t.Context(), jetstream.Options{
		URL: testkit.NATS(t).PublisherURL(), Name: t.Name(), Log: testkit.Logger(t),
	})
	require.NoError(t, err)
	t.Cleanup(conn.Close)
	require.NoError(t, conn.EnsureStream(t.Context(), groceryfeed.Stream()))
	return conn
}

// dump returns how often each thing is on a user's feed.
func dump(ctx context.Context, conn *jetstream.Conn, user string) (map[string]string, error) {
	reader, err := conn.Read(ctx, events.Feed, []string{events.FeedSubject(user)}, jetstream.ReadStart{})
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	seen := map[string]string{}
	for left := reader.Total(); left > 0; {
		var msg jetstream.Message
		msg, left, err = reader.Next(ctx)
		if err != nil {
			return nil, err
		}
		envelope, err := events.Parse(msg.Subject, msg.Header, msg.Data)
		if err != nil {
			return nil, err
		}
		grocery, err := events.DecodeGrocery(envelope)
		if err != nil {
			return nil, err
		}
		seen[grocery.Recipe.Name] += fmt.Sprintf("sent %v ", grocery.Items)
	}
	return seen, nil
}

// A feed younger than a republished request doesn't send it, as the previous feed did. An older
// feed sends what it lacks, and what the relay publishes is always sent.
func TestRepeatedRequestIsSentByTheFeedThatKnows(t *testing.T) {
	t.Parallel()
	conn := openFeed(t)
	feed := groceryfeed.New(conn, testkit.Logger(t))
	teller := projectiontest.NewTeller()
	event := func(word string, at time.Time, repeated bool) projectors.Event {
		e := teller.Grocery(word)
		e.Time = at
		return projectors.Event{Envelope: e, Repeated: repeated}
	}
	before, after := time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	require.NoError(t, feed.Apply(t.Context(), []projectors.Event{
		event("lost", before, true), event("late", before, false), event("gap", after, true),
	}))
	sent, err := dump(t.Context(), conn, teller.User)
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"late", "gap"}, slices.Collect(maps.Keys(sent)))
}

// A foreign message on a user's feed blocks none of their requests and duplicates none.
func TestForeignMessageOnTheFeed(t *testing.T) {
	t.Parallel()
	conn := openFeed(t)
	teller := projectiontest.NewTeller()
	apply := func(requests ...events.Envelope) {
		var batch []projectors.Event
		for _, e := range requests {
			batch = append(batch, projectors.Event{Envelope: e})
		}
		require.NoError(t, groceryfeed.New(conn, testkit.Logger(t)).Apply(t.Context(), batch))
	}
	first, second := teller.Grocery("first"), teller.Grocery("second")
	apply(first)
	_, _, err := conn.Publish(t.Context(), jetstream.Message{Subject: events.FeedSubject(teller.User), Data: []byte("hello")}, nil)
	require.NoError(t, err)
	apply(first, second)
	apply(first, second)
	state, err := conn.State(t.Context(), events.Feed)
	require.NoError(t, err)
	require.EqualValues(t, 3, state.Messages)
}
