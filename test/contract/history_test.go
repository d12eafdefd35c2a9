package contract_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Each version can be read and restored, even of a deleted recipe, and search finds it again.
func history(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "history-ada")
	first := ada.Do(t, http.MethodPost, "/api/recipes", fullRecipe()).Want(t, http.StatusCreated).Recipe(t)
	path := "/api/recipes/" + first.ID
	ada.Do(t, http.MethodPut, path, map[string]any{"name": "Hash browns"}, "If-Match", `"1"`).Want(t, http.StatusOK)
	ada.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNoContent)

	var page struct {
		Items []struct {
			Version    int64
			Type, Name string
		}
	}
	ada.Do(t, http.MethodGet, path+"/history", nil).Want(t, http.StatusOK).Decode(t, &page)
	require.Len(t, page.Items, 3)
	require.Equal(t, "recipe.deleted", page.Items[0].Type)
	require.Equal(t, "Rösti with leek", page.Items[2].Name)
	past := ada.Do(t, http.MethodGet, path+"/history/1", nil).Want(t, http.StatusOK).Recipe(t)
	require.Equal(t, first, past)

	restored := ada.Do(t, http.MethodPost, path+"/restore", map[string]any{"version": 1}).Want(t, http.StatusOK).Recipe(t)
	require.Equal(t, int64(4), restored.Version)
	require.Equal(t, first.Ingredients, restored.Ingredients)
	var found struct{ Items []struct{ ID string } }
	ada.Do(t, http.MethodGet, "/api/recipes?q=rosti", nil).Want(t, http.StatusOK).Decode(t, &found)
	require.Len(t, found.Items, 1)
	require.Equal(t, restored, ada.Do(t, http.MethodGet, path, nil).Want(t, http.StatusOK).Recipe(t))
}
