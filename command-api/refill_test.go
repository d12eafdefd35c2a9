package commandapi_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/testkit"
)

// filling returns a relay that fills a replaced stream.
func (l *larder) filling() *commandapi.Relay {
	l.t.Helper()
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: l.pool, PostgresURL: l.url, Publisher: l.conn, Log: testkit.Logger(l.t),
		Filling: &commandapi.Filling{Stream: l.conn, Make: l.unfilled},
	})
	require.NoError(l.t, err)
	return relay
}

// unfilled creates the stream if it is missing.
func (l *larder) unfilled(ctx context.Context) error {
	return l.conn.EnsureStream(ctx, jetstream.StreamConfig{
		Name: events.Stream, Subjects: events.StreamSubjects(), Note: events.UnfilledNote,
	})
}

// untilFilled waits until the stream has a number of messages and no note that it is unfilled.
func (l *larder) untilFilled(messages int) {
	l.t.Helper()
	testkit.Until(l.t, "the stream is filled", func() bool {
		state, err := l.conn.State(testkit.Context(l.t), events.Stream)
		return err == nil && commandapi.Filled(state) && state.Messages == uint64(messages)
	})
}

// When NATS comes back empty, even while the relay runs, the relay recreates the stream and fills
// it before publishing anything new, so that no new event of a recipe keeps older ones out. Events
// with a newer version behind them, published or not, are marked.
func TestRelayFillsALostStream(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	l := newLarderOn(t, server)
	ada, first, second := l.journal("ada")
	l.journal("bob")
	before := l.stream()
	server.Lose(t)
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+second, `{"name":"late"}`, "If-Match", `"1"`))
	relay := l.filling()
	defer l.run(relay)()
	l.untilFilled(len(before) + 1)
	after := l.stream()
	require.ElementsMatch(t, before, unmarked(after[:len(before)]))
	require.Equal(t, events.RecipeSubject(ada.id, second), after[len(before)].Subject)
	require.EqualValues(t, 2, after[len(before)].Version)
	require.Equal(t, []int64{1, 2}, superseded(after, events.RecipeSubject(ada.id, first)), "of the three versions")
	require.Equal(t, []int64{1}, superseded(after, events.RecipeSubject(ada.id, second)), "version 2 waited")

	server.Lose(t)
	relay.Doubt() // like a watcher of the stream
	l.untilFilled(len(after))
	require.ElementsMatch(t, unmarked(after), unmarked(l.stream()))
}

// A relay killed while filling a stream resumes: nothing is there twice.
func TestAnInterruptedFillingGoesOn(t *testing.T) {
	t.Parallel()
	server := testkit.NATS(t)
	l := newLarderOn(t, server)
	ada, _, _ := l.journal("ada")
	l.journal("bob")
	before := l.stream()
	server.Lose(t)
	require.NoError(t, l.conn.WaitReady(testkit.Context(t)))
	require.NoError(t, l.unfilled(testkit.Context(t)))
	require.Positive(t, l.republish(commandapi.RepublishOptions{User: ada.id}))
	defer l.run(l.filling())()
	l.untilFilled(len(before))
	require.ElementsMatch(t, before, unmarked(l.stream()))
}

// unmarked returns the events without their superseded mark.
func unmarked(marked []events.Envelope) []events.Envelope {
	list := slices.Clone(marked)
	for i := range list {
		list[i].Superseded = false
	}
	return list
}

// superseded returns the versions of a subject that are marked as superseded.
func superseded(all []events.Envelope, subject string) (versions []int64) {
	for _, e := range all {
		if e.Subject == subject && e.Superseded {
			versions = append(versions, e.Version)
		}
	}
	return versions
}
