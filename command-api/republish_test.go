package commandapi_test

import (
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/testkit"
	"larder.dev/operate/backup"
)

// journal creates a user with one recipe of three versions and another of one, all published.
func (l *larder) journal(name string) (c *caller, first, second string) {
	l.t.Helper()
	c = l.user(name, commandapi.Access{Grocery: true})
	first = c.must(http.StatusCreated, c.send("POST", "/api/recipes", pancakes)).recipe(l.t).ID
	c.must(http.StatusOK, c.send("PUT", "/api/recipes/"+first, `{"name":"b"}`, "If-Match", `"1"`))
	second = c.must(http.StatusCreated, c.send("POST", "/api/recipes", pancakes)).recipe(l.t).ID
	c.must(http.StatusAccepted, c.send("POST", "/api/recipes/"+second+"/grocery", `{}`))
	c.must(http.StatusNoContent, c.send("DELETE", "/api/recipes/"+first, ""))
	stop := l.run(l.relay)
	l.untilPublished()
	stop()
	return c, first, second
}

func (l *larder) republish(options commandapi.RepublishOptions) int64 {
	l.t.Helper()
	progress, err := l.api.Republish(testkit.Context(l.t), l.conn, options)
	require.NoError(l.t, err)
	require.Equal(l.t, progress.Total, progress.Looked)
	return progress.Published
}

// A lost stream is restored from the ledger: every event is there again, in order, and a second run
// has nothing to do.
func TestRepublishFillsALostStream(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	l.journal("ada")
	l.journal("bob")
	before := l.stream()
	require.Zero(t, l.republish(commandapi.RepublishOptions{}), "nothing is missing")

	_, err := l.conn.Purge(testkit.Context(t), events.Stream, "")
	require.NoError(t, err)
	require.EqualValues(t, len(before), l.republish(commandapi.RepublishOptions{DryRun: true}))
	require.Empty(t, l.stream())
	require.EqualValues(t, len(before), l.republish(commandapi.RepublishOptions{}))
	require.ElementsMatch(t, before, unmarked(l.stream()))
	require.Zero(t, l.republish(commandapi.RepublishOptions{}))
	require.Zero(t, l.count(`SELECT count(*) FROM event_log WHERE stream_sequence <= $1`, len(before)), "the new places are noted")
}

// Only events newer than a subject's last message are published: an old version must never be the
// last.
func TestRepublishNeverMakesAnOldVersionTheLast(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ada, first, second := l.journal("ada")
	bob, _, _ := l.journal("bob")
	ctx := testkit.Context(t)
	_, err := l.conn.PurgeToLast(ctx, events.Stream, events.RecipeSubject(ada.id, first))
	require.NoError(t, err)
	require.Zero(t, l.republish(commandapi.RepublishOptions{}), "a gap before the last message stays")

	_, err = l.conn.Purge(ctx, events.Stream, events.RecipeSubject(ada.id, second))
	require.NoError(t, err)
	_, err = l.conn.Purge(ctx, events.Stream, events.RecipesOf(bob.id))
	require.NoError(t, err)
	require.EqualValues(t, 1, l.republish(commandapi.RepublishOptions{User: ada.id}), "of one user, that user's alone")
	last, found, err := l.conn.Last(ctx, events.Stream, events.RecipeSubject(ada.id, second))
	require.NoError(t, err)
	require.True(t, found)
	require.Equal(t, "1", last.HeaderValue(events.HeaderVersion))
	require.EqualValues(t, 4, l.republish(commandapi.RepublishOptions{}))
}

// After a restore, no tool republishes earlier grocery requests: the new system's stream and feed
// don't know them, and would send them again.
func TestRestoredRequestsAreNotPublishedAgain(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ada, _, second := l.journal("ada")
	ctx := testkit.Context(t)
	var file bytes.Buffer
	_, err := backup.Dump(ctx, l.pool, &file, nil)
	require.NoError(t, err)

	young := newLarderWithStream(t)
	_, err = backup.Restore(ctx, young.pool, &file, nil)
	require.NoError(t, err)
	stop := young.run(young.relay)
	young.untilPublished()
	stop()
	asked := func() (n int) {
		for _, e := range young.stream() {
			if e.Type == events.GroceryRequested {
				n++
			}
		}
		return n
	}
	require.Zero(t, asked())
	require.Zero(t, young.republish(commandapi.RepublishOptions{}))
	var subject string
	require.NoError(t, young.pool.QueryRow(ctx, `SELECT subject FROM event_log WHERE type = 'grocery.requested'`).Scan(&subject))
	entries, err := young.api.Ledger().LatestOf(ctx, []string{subject, events.RecipeSubject(ada.id, second)})
	require.NoError(t, err)
	require.Len(t, entries, 2)
	for _, e := range entries {
		require.Equal(t, e.Event.Type == events.GroceryRequested, e.Restored, "whoever compares passes it over")
		require.NoError(t, young.api.Ledger().PublishAgain(ctx, young.conn, e.Event.Subject))
	}
	require.Zero(t, asked())
}
