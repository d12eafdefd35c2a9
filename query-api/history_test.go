package queryapi_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	queryapi "larder.dev/query-api"
)

// versionPage is the answer to /history.
type versionPage struct {
	Items []struct {
		Version int64     `json:"version"`
		Type    string    `json:"type"`
		Name    string    `json:"name"`
		Time    time.Time `json:"time"`
	} `json:"items"`
	NextBefore *int64 `json:"next_before"`
}

// The history has every version, the newest first and page by page, and each is the recipe as it was; a
// deleted recipe has it still.
func TestHistoryOfARecipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	r := ada.write(recipe("Bread 1"))
	ada.write(recipe("Another"))
	versions := []events.Recipe{r}
	for r.Version < 5 {
		r.Version++
		r.Name = fmt.Sprintf("Bread %d", r.Version)
		versions = append(versions, ada.write(r))
	}
	ada.delete(r)

	var newest, oldest versionPage
	path := "/api/recipes/" + r.ID + "/history"
	ada.get(path + "?limit=4").ok(&newest)
	require.Equal(t, int64(6), newest.Items[0].Version)
	require.Equal(t, string(events.RecipeDeleted), newest.Items[0].Type)
	require.Equal(t, "Bread 4", newest.Items[2].Name)
	require.NotNil(t, newest.NextBefore)
	ada.get(fmt.Sprintf("%s?limit=4&before=%d", path, *newest.NextBefore)).ok(&oldest)
	require.Len(t, oldest.Items, 2)
	require.Equal(t, int64(1), oldest.Items[1].Version)
	require.Nil(t, oldest.NextBefore)

	for _, want := range versions {
		var got events.Recipe
		ada.get(fmt.Sprintf("%s/%d", path, want.Version)).ok(&got)
		require.Equal(t, want, got)
	}
	ada.get(path + "/7").problem(http.StatusNotFound)
	ada.get(path + "/0").problem(http.StatusBadRequest)
	ada.get(path + "/x").problem(http.StatusBadRequest)
	ada.get(path + "?before=0").problem(http.StatusBadRequest)
	ada.get("/api/recipes/" + uuid.NewString() + "/history").problem(http.StatusNotFound)
}

// The ledger is the primary's alone: without it the history is unavailable, and not gone.
func TestHistoryWithoutThePrimaryIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) { deps.Backup, deps.Primary = deps.Primary, deadDatabase(t) })
	ada := w.cook("Ada")
	r := ada.write(recipe("Bread"))
	ada.get("/api/recipes/" + r.ID).ok(&events.Recipe{})
	ada.get("/api/recipes/" + r.ID + "/history").problem(http.StatusServiceUnavailable)
	ada.get("/api/recipes/" + r.ID + "/history/1").problem(http.StatusServiceUnavailable)
}
