package events_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
)

// A forgotten recipe and its grocery requests still match the schemas of their events, keep the
// owner and the times, and lose all text.
func TestForgottenIsNumbersAlone(t *testing.T) {
	t.Parallel()
	deleted := readGolden(t, publication{events.RecipeDeleted, events.CurrentVersion(events.RecipeDeleted)})
	e, err := events.Parse(deleted.Subject, deleted.Headers, deleted.Data)
	require.NoError(t, err)
	r, err := events.DecodeRecipe(e)
	require.NoError(t, err)
	require.False(t, r.Forgotten())
	left := r.Forget()
	require.True(t, left.Forgotten())
	e.Data, err = json.Marshal(left)
	require.NoError(t, err)
	again, err := events.DecodeRecipe(e)
	require.NoError(t, err)
	require.Equal(t, left, again)
	require.JSONEq(t, fmt.Sprintf(`{"id":%q,"name":"","description":"","servings":null,"yield":"","prep_minutes":null,"cook_minutes":null,
		"total_minutes":null,"source_url":"","author":"","language":"","nutrition":{},"tags":[],"notes":"","ingredients":[],"steps":[],"files":[],"favourite":false,"rating":null,"version":%d,"created_at":%q,"updated_at":%q}`,
		r.ID, r.Version, r.CreatedAt.Format("2006-01-02T15:04:05.999999999Z07:00"),
		r.UpdatedAt.Format("2006-01-02T15:04:05.999999999Z07:00")), string(e.Data))
	require.NoError(t, compile(t, publication{events.RecipeDeleted, 5}).Validate(jsonValue(t, e.Data)))
	require.Error(t, compile(t, publication{events.RecipeUpdated, 5}).Validate(jsonValue(t, e.Data)), "every other recipe has a name")
}
