package commandapi_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/testkit"
)

// A restored version becomes a new version with the old content; even a deleted recipe comes back.
func TestRestoreBringsBackWhatWasWritten(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	first := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + first.ID
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Crêpes"}`, "If-Match", `"1"`))

	answer := ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":1}`, "If-Match", `"2"`))
	require.Equal(t, `"3"`, answer.Header().Get("ETag"))
	require.Equal(t, first.ID+"@3", answer.Header().Get("Larder-After"))
	require.Equal(t, asWritten(first), asWritten(answer.recipe(t)))
	require.Equal(t, first.CreatedAt, answer.recipe(t).CreatedAt)

	ada.must(http.StatusNoContent, ada.send("DELETE", path, ""))
	back := ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":2}`)).recipe(t)
	require.Equal(t, "Crêpes", back.Name)
	require.Empty(t, back.Ingredients)
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Galettes"}`, "If-Match", `"5"`))
	require.Equal(t, []string{
		"recipe.created@1#2", "recipe.updated@2#3", "recipe.restored@3#4", "recipe.deleted@4#5", "recipe.restored@5#6",
		"recipe.updated@6#7",
	}, l.ledger(ada.id))
}

// asWritten returns a recipe without the fields that differ by version.
func asWritten(r events.Recipe) events.Recipe {
	r.Version, r.UpdatedAt = 0, r.CreatedAt
	return r
}

// An impossible restore is refused and draws no change number.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + r.ID + "/restore"

	ada.must(http.StatusNotFound, ada.send("POST", path, `{"version":2}`))
	ada.must(http.StatusNotFound, ada.send("POST", "/api/recipes/"+uuid.NewString()+"/restore", `{"version":1}`))
	ada.must(http.StatusPreconditionFailed, ada.send("POST", path, `{"version":1}`, "If-Match", `"7"`))
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{}`))
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{"version":0}`))
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{"version":1,"more":2}`))
	ada.must(http.StatusBadRequest, ada.send("POST", path, `{"version":`))
	bob.must(http.StatusNotFound, bob.send("POST", path, `{"version":1}`))
	require.Equal(t, []string{"recipe.created@1#2"}, l.ledger(ada.id))
	for _, recipe := range []string{"", "123", uuid.NewString()} {
		_, err := l.api.Restore(testkit.Context(t), ada.id, recipe, 1)
		require.ErrorIs(t, err, commandapi.ErrNoVersion, "as the command line is told")
	}
}

// A repeated key restores once, whatever was written in between.
func TestRestoreWithARepeatedKeyIsDoneOnce(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + r.ID
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Crêpes"}`, "If-Match", `"1"`))

	ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":1}`, "Idempotency-Key", "k"))
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"Blini"}`, "If-Match", `"3"`))
	again := ada.must(http.StatusOK, ada.send("POST", path+"/restore", `{"version":1}`, "Idempotency-Key", "k"))
	require.Equal(t, int64(3), again.recipe(t).Version)
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path+"/restore", `{"version":2}`, "Idempotency-Key", "k"))
	require.Len(t, l.ledger(ada.id), 4)
}
