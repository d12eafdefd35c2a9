package queryapi_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/internal/ledger"
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

// The history lists every version, newest first, page by page, each as the recipe was; even for a
// deleted recipe.
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

// A forgotten recipe's versions are gone rather than unknown. Those written since it was recreated
// are there.
func TestHistoryOfAForgottenRecipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	r := ada.write(recipe("Bread"))
	deleted := ada.delete(r)
	data, err := json.Marshal(deleted.Forget())
	require.NoError(t, err)
	batch := &pgx.Batch{}
	ledger.QueueForget(batch, ledger.Deletion{
		User: ada.id, ID: r.ID, Subject: events.RecipeSubject(ada.id, r.ID), Version: deleted.Version, Change: ada.change,
		SchemaVersion: events.CurrentVersion(events.RecipeDeleted), Data: data,
	})
	require.NoError(t, w.db.SendBatch(t.Context(), batch).Close())
	path := "/api/recipes/" + r.ID
	for _, gone := range []string{"/history", "/history/1", "/history/2"} {
		require.Contains(t, ada.get(path+gone).problem(http.StatusGone), "urn:larder:problem:text-gone")
	}
	ada.get(path + "/history/3").problem(http.StatusNotFound)
	ada.get(path).problem(http.StatusNotFound)

	deleted.Version, deleted.Name = 3, "Bread again"
	ada.write(deleted)
	var page versionPage
	ada.get(path + "/history").ok(&page)
	require.Len(t, page.Items, 1)
	require.EqualValues(t, 3, page.Items[0].Version)
	ada.get(path + "/history/1").problem(http.StatusGone)
	ada.get(path + "/history/3").ok(&events.Recipe{})
}

// Only the primary has the ledger: without it the history is unavailable, not gone.
func TestHistoryWithoutThePrimaryIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(deps *queryapi.Deps) { deps.Backup, deps.Primary = deps.Primary, deadDatabase(t) })
	ada := w.cook("Ada")
	r := ada.write(recipe("Bread"))
	ada.get("/api/recipes/" + r.ID).ok(&events.Recipe{})
	ada.get("/api/recipes/" + r.ID + "/history").problem(http.StatusServiceUnavailable)
	ada.get("/api/recipes/" + r.ID + "/history/1").problem(http.StatusServiceUnavailable)
}
