package contract_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"larder.dev/test/larder"
)

// A favourite and a rating are in the next detail and the next list, and don't outdate what another
// device knows of the recipe.
func marks(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "marks-ada")
	created, _ := ada.Create(t, larder.Named("Toast"))
	path := "/api/recipes/" + created.ID
	marked := ada.Do(t, http.MethodPut, path+"/mark", map[string]any{"favourite": true, "rating": 4}).Want(t, http.StatusOK)
	require.JSONEq(t, `{"favourite":true,"rating":4}`, string(marked.Body))

	read := ada.Get(t, created.ID).Want(t, http.StatusOK).Recipe(t)
	require.True(t, read.Favourite)
	require.Equal(t, 4, *read.Rating)
	require.Equal(t, created.UpdatedAt, read.UpdatedAt)
	list := ada.Do(t, http.MethodGet, "/api/recipes", nil).Want(t, http.StatusOK).Body
	require.True(t, gjson.GetBytes(list, "items.0.favourite").Bool())
	require.EqualValues(t, 4, gjson.GetBytes(list, "items.0.rating").Int())

	renamed := ada.Do(t, http.MethodPut, path, larder.Named("French toast"), "If-Match", `"1"`).Want(t, http.StatusOK).Recipe(t)
	require.EqualValues(t, 3, renamed.Version)
	require.True(t, renamed.Favourite)
	ada.Do(t, http.MethodPut, path, larder.Named("Toast"), "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	ada.Do(t, http.MethodPut, path+"/mark", map[string]any{"rating": 6}).Want(t, http.StatusUnprocessableEntity)
}
