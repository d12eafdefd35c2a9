package commandapi_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// filling makes a relay that fills a stream which is another one than before.
func (l *larder) filling() *commandapi.Relay {
	l.t.Helper()
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: l.pool, PostgresURL: l.url, Publisher: l.conn, Log: testkit.Logger(l.t),
		Filling: &commandapi.Filling{Stream: l.conn, Make: func(ctx context.Context) error {
			return l.conn.EnsureStream(ctx, jetstream.StreamConfig{Name: events.Stream, Subjects: events.StreamSubjects()})
		}},
	})
	require.NoError(l.t, err)
	return relay
}

// untilFilled waits until the stream has a number of messages and the note that it was filled.
func (l *larder) untilFilled(messages int) {
	l.t.Helper()
	testkit.Until(l.t, "the stream is filled", func() bool {
		state, err := l.conn.State(testkit.Context(l.t), events.Stream)
		return err == nil && commandapi.Filled(state) && state.Messages == uint64(messages)
	})
}

// NATS comes back empty: the relay makes the stream again and fills it before it publishes what is new, so that no new event
// of a recipe keeps the older ones out; also where it is lost while the relay runs.
func TestRelayFillsALostStream(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	l := newLarderOn(t, server)
	ada, _, second := l.journal("ada")
	l.journal("bob")
	before := l.stream()
	server.Lose(t)
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+second, `{"name":"late"}`, "If-Match", `"1"`))
	relay := l.filling()
	defer l.run(relay)()
	l.untilFilled(len(before) + 1)
	after := l.stream()
	require.ElementsMatch(t, before, after[:len(before)])
	require.Equal(t, events.RecipeSubject(ada.id, second), after[len(before)].Subject)
	require.EqualValues(t, 2, after[len(before)].Version)

	server.Lose(t)
	relay.Doubt() // as who watches the stream says
	l.untilFilled(len(after))
	require.ElementsMatch(t, after, l.stream())
}
