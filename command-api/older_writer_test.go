package commandapi_test

import (
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/testkit"
)

// While programs are replaced one by one, one of the previous version writes a recipe without the
// fields of version 5: the recipe keeps them, and so does its event, from which the views are made.
// A recipe without them, and an event that is copied, stay as they are.
func TestWriterOfThePreviousVersionLosesNoField(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	full := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	ada.must(http.StatusOK, ada.send("PUT", "/api/recipes/"+full.ID+"/mark", `{"favourite":true,"rating":4}`))
	plain := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"Toast"}`)).recipe(t)
	v4 := func(r events.Recipe, version int, published bool) (schema int, data string) {
		ctx := testkit.Context(t)
		_, err := l.pool.Exec(ctx, `UPDATE recipes SET name = 'Blini', version = $3 WHERE user_id = $1 AND id = $2`, ada.id, r.ID, version)
		require.NoError(t, err)
		id := uuid.NewString()
		_, err = l.pool.Exec(ctx, `INSERT INTO event_log (user_id, event_id, type, schema_version, subject, version, change, time, data, published_at)
			VALUES ($1, $2, 'recipe.updated', 4, $3, $4, (SELECT max(change) + 1 FROM event_log WHERE user_id = $1), now(),
				json_build_object('id', $5::text, 'name', 'Blini', 'version', $4::bigint), CASE WHEN $6 THEN now() END)`,
			ada.id, id, events.RecipeSubject(ada.id, r.ID), version, r.ID, published)
		require.NoError(t, err)
		require.NoError(t, l.pool.QueryRow(ctx, `SELECT schema_version, data::text FROM event_log WHERE event_id = $1`, id).Scan(&schema, &data))
		return schema, data
	}

	schema, data := v4(full, 3, false)
	require.Equal(t, 5, schema)
	require.JSONEq(t, `{"id":"`+full.ID+`","name":"Blini","version":3,"favourite":true,"rating":4}`, data)

	schema, data = v4(plain, 2, false)
	require.Equal(t, 4, schema)
	require.False(t, gjson.Get(data, "favourite").Exists())

	schema, data = v4(full, 4, true)
	require.Equal(t, 4, schema)
	require.False(t, gjson.Get(data, "favourite").Exists())
}
