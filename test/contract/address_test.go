package contract_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Requests for what doesn't exist say so: the app is only at its own paths, and a path with the
// wrong method lists its methods, whichever component has them.
func addresses(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "nowhere-ada")
	ask := func(method, path string) larder.Answer {
		return ada.Do(t, method, path, nil)
	}
	for _, path := range []string{"/livez", "/docs", "/recipes", "/login/admin", "/assets/gone.js", "/api/livez", "/api/docs/gone.js"} {
		require.Equal(t, http.StatusNotFound, ask(http.MethodGet, path).Status, path)
	}
	for _, path := range []string{"/", "/login", "/recipes/new", "/recipes/0eaf/cook", "/api/docs", "/api/openapi.yaml"} {
		require.Equal(t, http.StatusOK, ask(http.MethodGet, path).Status, path)
	}
	for path, allow := range map[string]string{
		"GET /api/recipes/0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55/restore":  "POST",
		"GET /api/ingredients/parse":                                     "POST",
		"GET /api/files/uploads":                                         "POST",
		"GET /grocery/api/operations":                                    "POST",
		"DELETE /api/tags":                                               "GET",
		"PATCH /api/recipes":                                             "GET, POST",
		"POST /grocery/api/list":                                         "GET",
		"DELETE /api/recipes/0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55/files": "POST",
		"GET /api/recipes/0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55/files":    "POST",
		"GET /api/sessions/0190a7c45f0e7b7e9c3a2f6d1c0e8a55":             "DELETE",
	} {
		method, address, _ := strings.Cut(path, " ")
		answer := ask(method, address)
		require.Equal(t, http.StatusMethodNotAllowed, answer.Status, path)
		require.Equal(t, allow, answer.Header.Get("Allow"), path)
	}
}
