package commandapi_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/testkit"
)

// secret is in every text of a recipe that will be forgotten, and nowhere else.
const secret = "zabaglione"

const secretRecipe = `{"name":"zabaglione","description":"zabaglione","tags":["zabaglione"],"notes":"zabaglione","servings":4,
	"source_url":"zabaglione","ingredients":[{"text":"2 zabaglione"}],"steps":[{"text":"zabaglione"}]}`

// forgetting returns a relay that forgets what was deleted 90 days ago.
func (l *larder) forgetting() *commandapi.Relay {
	relay, err := commandapi.NewRelay(commandapi.RelayDeps{
		Pool: l.pool, PostgresURL: l.url, Publisher: l.conn, Log: l.deps.Log,
		Forgetting: &commandapi.Forgetting{Stream: l.conn, Keep: 90 * 24 * time.Hour},
	})
	require.NoError(l.t, err)
	return relay
}

// ages backdates a recipe's deletion by some days.
func (l *larder) ages(recipe string, days int) {
	_, err := l.pool.Exec(testkit.Context(l.t), `UPDATE recipes SET deleted_at = deleted_at - make_interval(days => $2) WHERE id = $1`, recipe, days)
	require.NoError(l.t, err)
}

// found returns the tables and stream subjects that contain a word.
func (l *larder) found(word string) (places []string) {
	ctx := testkit.Context(l.t)
	for _, table := range []string{"recipes", "ingredients", "event_log", "idempotency_keys", "text_removals"} {
		if l.count(`SELECT count(*) FROM `+table+` AS r WHERE r::text LIKE '%' || $1 || '%'
			OR r::text LIKE '%' || encode(convert_to($1, 'UTF8'), 'hex') || '%'`, word) > 0 {
			places = append(places, table)
		}
	}
	state, err := l.conn.State(ctx, events.Stream)
	require.NoError(l.t, err)
	for sequence := state.FirstSeq; sequence <= state.LastSeq; sequence++ {
		message, found, err := l.conn.At(ctx, events.Stream, sequence)
		require.NoError(l.t, err)
		if found && strings.Contains(string(message.Data), word) {
			places = append(places, message.Subject)
		}
	}
	return places
}

// A recipe that was deleted long ago is in no table and no message; only its numbers and those of
// its grocery requests remain, and it can't be restored or replayed. Recently deleted and existing
// recipes stay.
func TestDeletedRecipesAreForgotten(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ada := l.user("ada", commandapi.Access{Grocery: true})
	old := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", secretRecipe, "Idempotency-Key", "k")).recipe(t).ID
	path := "/api/recipes/" + old
	ada.must(http.StatusOK, ada.send("PUT", path, strings.ReplaceAll(secretRecipe, `"servings":4`, `"servings":5`), "If-Match", `"1"`))
	ada.must(http.StatusAccepted, ada.send("POST", path+"/grocery", ""))
	ada.must(http.StatusNoContent, ada.send("DELETE", path, ""))
	lately := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t).ID
	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+lately, ""))
	there := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t).ID
	stop := l.run(l.relay)
	l.untilPublished()
	stop()
	require.NotEmpty(t, l.found(secret))
	before := lines(t, l.pool, `SELECT change || ' ' || version FROM recipes ORDER BY change`)
	l.ages(old, 91)
	l.ages(lately, 89)

	stop = l.run(l.forgetting())
	testkit.Until(t, "the stream has nothing to be removed", func() bool {
		return l.count(`SELECT count(*) FROM recipes WHERE name = ''`) == 1 && l.count(`SELECT count(*) FROM text_removals`) == 0
	})
	l.untilPublished()
	stop()
	require.Empty(t, l.found(secret))
	require.Equal(t, before, lines(t, l.pool, `SELECT change || ' ' || version FROM recipes ORDER BY change`))
	require.Equal(t, []string{
		"grocery.requested@2#4", "recipe.deleted@3#5", "recipe.created@1#6", "recipe.deleted@2#7", "recipe.created@1#8",
	}, l.ledger(ada.id))
	last, found, err := l.conn.Last(testkit.Context(t), events.Stream, events.RecipeSubject(ada.id, old))
	require.NoError(t, err)
	require.True(t, found)
	e, err := events.Parse(last.Subject, last.Header, last.Data)
	require.NoError(t, err)
	require.True(t, e.Again, "a view takes it over what it has of the version")
	require.EqualValues(t, 3, e.Version)

	for _, version := range []string{"1", "2", "3"} {
		gone := ada.must(http.StatusGone, ada.send("POST", path+"/restore", `{"version":`+version+`}`))
		require.Equal(t, "urn:larder:problem:text-gone", gone.json(t)["type"])
	}
	ada.must(http.StatusNotFound, ada.send("POST", path+"/restore", `{"version":4}`))
	ada.must(http.StatusNotFound, ada.send("DELETE", path, ""))
	gone := ada.must(http.StatusGone, ada.send("POST", "/api/recipes", secretRecipe, "Idempotency-Key", "k"))
	require.Equal(t, "urn:larder:problem:text-gone", gone.json(t)["type"])
	again := ada.must(http.StatusCreated, ada.send("PUT", path, pancakes, "If-None-Match", "*")).recipe(t)
	require.EqualValues(t, 4, again.Version)
	ada.must(http.StatusGone, ada.send("POST", path+"/restore", `{"version":2}`))
	ada.must(http.StatusOK, ada.send("POST", "/api/recipes/"+lately+"/restore", `{"version":1}`))
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+there, `{"name":"there"}`, "If-Match", `"1"`))
	_, err = l.api.AsOf(testkit.Context(t), ada.id, old, 2)
	require.ErrorIs(t, err, commandapi.ErrTextGone)
	_, err = l.api.AsOf(testkit.Context(t), ada.id, uuid.NewString(), 2)
	require.ErrorIs(t, err, commandapi.ErrNoVersion)
}

// A deletion on a machine whose clock is years behind isn't dated before what the database knows to
// be past: it would be due as soon as the clock is corrected.
func TestDeletionIsNotDatedBeforeTheClock(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	id := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t).ID
	_, err := l.pool.Exec(testkit.Context(t), `INSERT INTO retention_clock (at, keep) VALUES (now() + interval '2 years', '90 days')`)
	require.NoError(t, err)
	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+id, ""))
	require.Equal(t, 1, l.count(`SELECT count(*) FROM recipes r, retention_clock c, event_log e WHERE r.id = $1 AND r.deleted_at = c.at
		AND e.type = 'recipe.deleted' AND (e.data ->> 'updated_at')::timestamptz = c.at`, id), "in the row, and in the event that the backup reads")
}
