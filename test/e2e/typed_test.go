package e2e_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"larder.dev/test/larder"
)

// Schema version 6 stored typed rows as text alone, and so are its events and cache. From this
// version's first start, rows have their parts wherever a recipe is read, and scale, without a new
// version or event.
func TestRowsTypedBeforeAreUnderstood(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.MustRun(t, "", "backup", "restore", filepath.Join("testdata", "dumps", "schema-6-typed.dump"))
	ada := larder.Login(t, server.URL(), "ada", "correct horse battery")
	run := server.RunFile(t)
	primary := larder.Postgres(t, run.PostgresURL)
	ledger := func() (rows int) {
		require.NoError(t, primary.QueryRow(t.Context(), `SELECT count(*) FROM event_log`).Scan(&rows))
		return rows
	}
	before := ledger()
	var id, owner, event string
	require.NoError(t, primary.QueryRow(t.Context(), `SELECT data->>'id', user_id::text, data::text FROM event_log WHERE version = 2`).Scan(&id, &owner, &event))
	require.Empty(t, gjson.Get(event, "ingredients.0.name").Str, "the fixture was written before rows were understood")
	const want = `[
		{"text": "200 g basmati rice", "quantity": 200, "quantity_max": null, "unit": "g", "name": "basmati rice", "note": "",
		 "section": "", "second": null},
		{"text": "2 cans (400 g each) tomatoes, chopped", "quantity": 2, "quantity_max": null, "unit": "can", "name": "tomatoes",
		 "note": "chopped", "section": "Sauce", "second": {"quantity": 400, "quantity_max": null, "unit": "g", "relation": "each"}},
		{"text": "1 lb (450 g) beef", "quantity": 1, "quantity_max": null, "unit": "lb", "name": "beef", "note": "",
		 "section": "", "second": {"quantity": 450, "quantity_max": null, "unit": "g", "relation": "same"}},
		{"text": "salt", "quantity": null, "quantity_max": null, "unit": "", "name": "salt", "note": "", "section": "", "second": null}
	]`
	understood := func(place, at string, body []byte) {
		require.JSONEq(t, want, gjson.GetBytes(body, at+"ingredients").Raw, place)
		require.EqualValues(t, 2, gjson.GetBytes(body, at+"version").Int(), place)
	}
	detail := func(place, from string) []byte {
		// A client with the recipe without parts gets it again, though its version is the same.
		answer := ada.Get(t, id, "If-None-Match", `"2"`).Want(t, http.StatusOK)
		require.Equal(t, from, answer.Header.Get("Larder-Served-By"), place)
		require.Equal(t, `"2"`, answer.Header.Get("ETag"), place)
		understood(place, "", answer.Body)
		return answer.Body
	}

	cache := larder.Redis(t, run.RedisURL)
	key := "recipe:" + owner + ":" + id
	larder.Soon(t, deadline, func() string {
		if !strings.HasPrefix(cache.Get(t.Context(), key).Val(), "2 ") {
			return "the projection hasn't cached the second version"
		}
		return ""
	})
	read := detail("as the projection cached it", "cache")
	require.NoError(t, cache.Del(t.Context(), key).Err())
	require.Equal(t, read, detail("from the database", "postgres"))
	require.Equal(t, read, detail("as the read before cached it", "cache"))
	old := fmt.Sprintf(`2 {"id":%q,"name":"Risotto rosso","version":2,"tags":[],"updated_at":"2026-11-29T22:35:24.213763Z"}`+"\n%s", id, event)
	require.NoError(t, cache.Set(t.Context(), key, old, time.Hour).Err())
	require.Empty(t, reconciled(t, server, 0), "what was cached before is what is expected")
	// That lacks newer fields, which an older writer may have left out, so the database is asked.
	require.Equal(t, read, detail("as it was cached before", "postgres"))
	require.NotEqual(t, old, cache.Get(t.Context(), key).Val(), "the reader has put the new one in its place")
	require.Equal(t, read, detail("renewed", "cache"))
	server.MustRun(t, "", "rebuild", "cache")
	server.Settled(t)
	require.Equal(t, read, detail("rebuilt", "cache"))

	understood("changes", "changes.0.recipe.", ada.Do(t, http.MethodGet, "/api/changes?since=0", nil).Want(t, http.StatusOK).Body)
	understood("history", "", ada.Do(t, http.MethodGet, "/api/recipes/"+id+"/history/2", nil).Want(t, http.StatusOK).Body)
	understood("history by hand", "", []byte(server.MustRun(t, "", "history", id, "2").Stdout))
	understood("export", "", []byte(server.MustRun(t, "", "export", "--user", "ada").Stdout))
	stale := ada.Do(t, http.MethodPut, "/api/recipes/"+id, larder.Named("Stale"), "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	understood("conflict", "current.", stale.Body)
	understood("saved as it was read", "", ada.Do(t, http.MethodPut, "/api/recipes/"+id, read, "If-Match", `"2"`).Want(t, http.StatusOK).Body)
	require.Equal(t, before, ledger(), "nothing was written")

	list := ada.Do(t, http.MethodPost, "/api/recipes/"+id+"/grocery", `{"servings": 6}`).Want(t, http.StatusAccepted).Body
	require.Equal(t, `[600,6,3,null]`, gjson.GetBytes(list, "items.#.quantity").Raw)

	restored := ada.Do(t, http.MethodPost, "/api/recipes/"+id+"/restore", `{"version": 1}`).Want(t, http.StatusOK).Body
	require.JSONEq(t, want, gjson.GetBytes(restored, "ingredients").Raw, "a restored version is kept with its parts")
}
