package commandapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
)

// A mark changes what it names, makes a version only if it differs, and survives every other command.
func TestMark(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	require.False(t, r.Favourite)
	require.Nil(t, r.Rating)
	path := "/api/recipes/" + r.ID
	mark := func(body string) answer { return ada.must(http.StatusOK, ada.send("PUT", path+"/mark", body)) }

	liked := mark(`{"favourite":true}`)
	require.JSONEq(t, `{"favourite":true,"rating":null}`, liked.Body.String())
	require.Equal(t, r.ID+"@2", liked.Header().Get("Larder-After"))
	require.Equal(t, `"2"`, liked.Header().Get("ETag"))
	require.JSONEq(t, `{"favourite":true,"rating":4}`, mark(`{"rating":4}`).Body.String())
	require.Equal(t, `"3"`, mark(`{"favourite":true,"rating":4}`).Header().Get("ETag"), "nothing changed")
	require.Equal(t, `"3"`, mark(`{}`).Header().Get("ETag"))

	replaced := ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Blini","favourite":false,"rating":1}`, "If-Match", "*")).recipe(t)
	require.True(t, replaced.Favourite)
	require.Equal(t, new(4), replaced.Rating)
	ada.must(http.StatusNoContent, ada.send("DELETE", path, ""))
	ada.must(http.StatusNotFound, ada.send("PUT", path+"/mark", `{"favourite":false}`))
	restored := ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":1}`)).recipe(t)
	require.Equal(t, "Pancakes", restored.Name)
	require.Equal(t, new(4), restored.Rating)

	require.JSONEq(t, `{"favourite":true,"rating":null}`, mark(`{"rating":null}`).Body.String())
	require.JSONEq(t, `{"favourite":true,"rating":2}`, mark(`{"rating":2}`).Body.String())
	require.JSONEq(t, `{"favourite":false,"rating":null}`, mark(`{"favourite":false,"rating":0}`).Body.String())
	for _, wrong := range []string{`{"rating":6}`, `{"rating":-1}`, `{"rating":2.5}`, `{"favourite":null}`, `{"stars":1}`} {
		ada.must(http.StatusUnprocessableEntity, ada.send("PUT", path+"/mark", wrong))
	}
	bob.must(http.StatusNotFound, bob.send("PUT", path+"/mark", `{"favourite":true}`))
	require.Equal(t, []string{
		"recipe.created@1#2", "recipe.marked@2#3", "recipe.marked@3#4", "recipe.updated@4#5", "recipe.deleted@5#6", "recipe.restored@6#7",
		"recipe.marked@7#8", "recipe.marked@8#9", "recipe.marked@9#10",
	}, l.ledger(ada.id))
}

// Whoever edits, deletes or restores a recipe that was only marked meanwhile gets no conflict; any
// other change in between is one, before or after a mark.
func TestMarksConflictWithNothing(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	path := "/api/recipes/" + ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t).ID
	mark := func(body string) { ada.must(http.StatusOK, ada.send("PUT", path+"/mark", body)) }

	mark(`{"favourite":true}`)
	mark(`{"rating":5}`)
	four := ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Blini"}`, "If-Match", `"1"`)).recipe(t)
	require.EqualValues(t, 4, four.Version)
	require.Equal(t, new(5), four.Rating)
	ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"Crêpes"}`, "If-Match", `"1"`))
	ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"Crêpes"}`, "If-Match", `"3"`))
	mark(`{"rating":4}`)
	ada.must(http.StatusPreconditionFailed, ada.send("DELETE", path, "", "If-Match", `"3"`))
	ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"Crêpes"}`, "If-Match", `"9"`))
	ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":1}`, "If-Match", `"4"`))
	mark(`{"rating":3}`)
	ada.must(http.StatusNoContent, ada.send("DELETE", path, "", "If-Match", `"6"`))
}

// A mark sent twice under one key is made once, and the change of updated_at is left to those who
// write the recipe.
func TestMarkIsIdempotentAndKeepsTheTime(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + r.ID + "/mark"
	first := ada.must(http.StatusOK, ada.send("PUT", path, `{"rating":4}`, "Idempotency-Key", "stars"))
	ada.must(http.StatusOK, ada.send("PUT", path, `{"rating":1}`))
	again := ada.must(http.StatusOK, ada.send("PUT", path, `{"rating":4}`, "Idempotency-Key", "stars"))
	require.Equal(t, first.Body.String(), again.Body.String())
	require.Equal(t, "true", again.Header().Get("Idempotent-Replayed"))
	require.Equal(t, 3, l.count(`SELECT count(*) FROM event_log WHERE subject = $1`, events.RecipeSubject(ada.id, r.ID)))
	require.Equal(t, 1, l.count(`SELECT rating FROM recipes WHERE id = $1`, r.ID))
	require.Equal(t, 1, l.count(`SELECT count(*) FROM recipes WHERE id = $1 AND updated_at = $2`, r.ID, r.UpdatedAt))
}
