package queryapi_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/identity"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/testkit"
	"larder.dev/projectors/views"
	"larder.dev/query-api/internal/detail"
	"larder.dev/query-api/internal/recipereader"
)

// A cached recipe is sent byte for byte as in the event, without querying the database.
func TestDetailIsTheCachedBytes(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	r := recipe("Soup")
	ada.cached(r, false) // not in any database
	answer := ada.get("/api/recipes/" + r.ID)
	require.Equal(t, http.StatusOK, answer.status)
	require.Equal(t, "cache", answer.servedBy())
	require.Equal(t, `"1"`, answer.header.Get("ETag"))
	require.Equal(t, string(encode(t, r)), string(answer.body))
}

// A recipe missing in the cache comes from the database, byte for byte as in the event, and is then
// cached.
func TestDetailFromTheDatabaseFillsTheCache(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	for _, r := range []events.Recipe{recipe("Soup", "hot", "Été"), bare()} {
		ada.write(r)
		answer := ada.get("/api/recipes/" + r.ID)
		require.Equal(t, "postgres", answer.servedBy())
		require.Equal(t, string(encode(t, r)), string(answer.body))

		again := ada.get("/api/recipes/" + r.ID)
		require.Equal(t, "cache", again.servedBy())
		require.Equal(t, answer.body, again.body)
	}
}

// bare is a recipe without any optional field.
func bare() events.Recipe {
	r := recipe("Bare")
	return events.Recipe{
		ID: r.ID, Name: r.Name, Tags: []string{}, Ingredients: []events.Ingredient{}, Steps: []events.Step{},
		Files: []events.File{}, Version: 3, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}

// A cache that is behind the user's last write is not used: by the write's mark, and by the header.
func TestDetailHasOnesOwnLastWrite(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	r := ada.add(recipe("Old"))
	r.Name, r.Version = "New", 2
	ada.write(r)
	path := "/api/recipes/" + r.ID
	require.Equal(t, "cache", ada.get(path).servedBy())

	answer := ada.get(path, "Larder-After", fmt.Sprintf("%s@%d", r.ID, 2))
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, `"2"`, answer.header.Get("ETag"))
	// That read filled the cache, so the next version tests the mark.
	r.Name, r.Version = "Newest", 3
	ada.write(r)
	ada.noted(r)
	answer = ada.get(path)
	require.Equal(t, "postgres", answer.servedBy())
	require.Contains(t, string(answer.body), "Newest")
	require.Equal(t, "cache", ada.get(path).servedBy())
}

// A deleted recipe is not found: by the tombstone in the cache, and by the one in the database,
// which is then cached and keeps a late event from restoring it.
func TestDetailOfADeletedRecipe(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	r := ada.add(recipe("Soup"))
	gone := ada.delete(r)
	ada.noted(gone)
	ada.get("/api/recipes/" + r.ID).problem(http.StatusNotFound)
	ada.cached(r, false) // a late event
	ada.get("/api/recipes/" + r.ID).problem(http.StatusNotFound)
}

// A caller with the current version gets 304 without a body; one with another version gets the
// recipe.
func TestDetailConditional(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	r := ada.add(recipe("Soup"))
	path := "/api/recipes/" + r.ID
	for _, has := range []string{`"1"`, `W/"1"`, `"7", "1"`, `*`, `"7",W/"1"`} {
		answer := ada.get(path, "If-None-Match", has)
		require.Equal(t, http.StatusNotModified, answer.status, has)
		require.Equal(t, `"1"`, answer.header.Get("ETag"))
		require.Empty(t, answer.body)
	}
	for _, has := range []string{`"2"`, `1`, `"11"`, ``, `"`} {
		require.Equal(t, http.StatusOK, ada.get(path, "If-None-Match", has).status, has)
	}
}

// An invalid id or header is refused, and an unknown id is not found.
func TestDetailOfNonsense(t *testing.T) {
	t.Parallel()
	ada := newWorld(t).cook("Ada")
	ada.get("/api/recipes/nonsense").problem(http.StatusBadRequest)
	ada.get("/api/recipes/" + recipe("x").ID).problem(http.StatusNotFound)
	problem := ada.get("/api/recipes/"+recipe("x").ID, "Larder-After", "x@y").problem(http.StatusBadRequest)
	require.Contains(t, problem, `"field":"Larder-After"`)
}

// A recipe that an earlier version cached may lack fields that the database has, so the database
// answers, and the cache then has them.
func TestDetailCachedByAnEarlierVersion(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	r := ada.write(recipe("Soup"))
	old := fmt.Sprintf("1 {}\n\n{\"id\":%q,\"name\":\"Soup\",\"version\":1}", r.ID)
	require.NoError(t, w.redis.Set(t.Context(), views.CacheKey(ada.id, r.ID), []byte(old), 0))
	answer := ada.get("/api/recipes/" + r.ID)
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, string(encode(t, r)), string(answer.body))
	again := ada.get("/api/recipes/" + r.ID)
	require.Equal(t, "cache", again.servedBy())
	require.Equal(t, answer.body, again.body)
}

// An unreadable cache entry is no failure: the database answers.
func TestDetailWithABrokenCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	r := ada.write(recipe("Soup"))
	require.NoError(t, w.redis.Set(t.Context(), views.CacheKey(ada.id, r.ID), []byte("nonsense"), 0))
	require.Equal(t, "postgres", ada.get("/api/recipes/"+r.ID).servedBy())

	w.stop() // between the session check and the read, which a request can't time
	reader := detail.NewReader(w.redis, recipereader.New(w.db, nil), testkit.Logger(t))
	found, err := reader.Get(t.Context(), ada.id, r.ID, readyourwrites.After{})
	require.NoError(t, err)
	require.Equal(t, "postgres", found.Source)
}

// The database returns the same bytes that the write side put into the event and that will be
// cached: a client can't tell which of the two answered.
func TestDetailFromTheDatabaseIsWhatTheEventCarries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	writes, err := commandapi.New(commandapi.Deps{
		Pool: w.db, Redis: w.redis, Sessions: identity.NewSessions(w.redis), Log: testkit.Logger(t),
	})
	require.NoError(t, err)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/recipes", strings.NewReader(`{
		"name": "Crêpes <& more>", "servings": 2.5, "tags": ["Été", "z", "a"], "notes": "a\u2028b\n\"c\"",
		"ingredients": [{"text": "1/3 cup milk", "quantity": 0.3333333333333333, "unit": "cup", "name": "milk"},
			{"text": "salt"}, {"text": "much water", "quantity": 1e-7, "quantity_max": 123456789.125}],
		"steps": [{"text": "Mix.", "section": "Batter"}]}`))
	request.Header.Set("Authorization", "Bearer "+ada.token)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	writes.Handler().ServeHTTP(recorder, request)
	require.Equal(t, http.StatusCreated, recorder.Code, "%s", recorder.Body)

	var event string
	err = w.db.QueryRow(t.Context(), `SELECT data::text FROM event_log WHERE user_id = $1`, ada.id).Scan(&event)
	require.NoError(t, err)
	answer := ada.get(recorder.Header().Get("Location"), "Larder-After", recorder.Header().Get("Larder-After"))
	require.Equal(t, "postgres", answer.servedBy())
	require.Equal(t, event, string(answer.body))
}
