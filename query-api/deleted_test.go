package queryapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	queryapi "larder.dev/query-api"
)

// deletedPage is the answer to /api/deleted.
type deletedPage struct {
	Items []struct {
		ID        string     `json:"id"`
		Name      string     `json:"name"`
		Version   int64      `json:"version"`
		DeletedAt time.Time  `json:"deleted_at"`
		ErasedAt  *time.Time `json:"erased_at"`
	} `json:"items"`
	NextBefore *int64 `json:"next_before"`
}

// Deleted recipes are listed page by page, latest first, with the version to restore and until when
// that is possible. What was written again, and what is forgotten, is not among them.
func TestDeletedRecipes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	var empty deletedPage
	ada.get("/api/deleted").ok(&empty)
	require.Empty(t, empty.Items)
	require.Nil(t, empty.NextBefore)

	ada.write(recipe("Kept"))
	for n := range 3 {
		r := ada.write(recipe(fmt.Sprintf("Bread %d", n)))
		r.Version++
		ada.delete(ada.write(r))
	}
	again := ada.delete(ada.write(recipe("Again")))
	again.Version++
	ada.write(again)
	gone := ada.delete(ada.write(recipe("Gone")))
	_, err := w.db.Exec(t.Context(), `UPDATE recipes SET name = '' WHERE id = $1`, gone.ID)
	require.NoError(t, err)

	var first, second deletedPage
	ada.get("/api/deleted?limit=2").ok(&first)
	require.Len(t, first.Items, 2)
	require.Equal(t, []string{"Bread 2", "Bread 1"}, []string{first.Items[0].Name, first.Items[1].Name})
	require.EqualValues(t, 2, first.Items[0].Version)
	require.Nil(t, first.Items[0].ErasedAt, "no relay has told how long they are kept")
	require.NotNil(t, first.NextBefore)
	ada.get(fmt.Sprintf("/api/deleted?limit=2&before=%d", *first.NextBefore)).ok(&second)
	require.Len(t, second.Items, 1)
	require.Equal(t, "Bread 0", second.Items[0].Name)
	require.Nil(t, second.NextBefore)

	_, err = w.db.Exec(t.Context(), `INSERT INTO retention_clock (at, keep) VALUES (now(), '90 days')`)
	require.NoError(t, err)
	ada.get("/api/deleted").ok(&first)
	require.Equal(t, first.Items[0].DeletedAt.AddDate(0, 0, 90), *first.Items[0].ErasedAt)
	_, err = w.db.Exec(t.Context(), `UPDATE retention_clock SET keep = '0'`)
	require.NoError(t, err)
	ada.get("/api/deleted").ok(&first)
	require.Nil(t, first.Items[0].ErasedAt, "they are kept for ever")

	for _, wrong := range []string{"?limit=0", "?limit=101", "?before=0", "?before=x"} {
		ada.get("/api/deleted" + wrong).problem(http.StatusBadRequest)
	}
}

// Only the primary knows what is forgotten.
func TestDeletedRecipesWithoutThePrimary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) { deps.Backup, deps.Primary = deps.Primary, deadDatabase(t) })
	w.cook("Ada").get("/api/deleted").problem(http.StatusServiceUnavailable)
}
