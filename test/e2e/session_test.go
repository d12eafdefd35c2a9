package e2e_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// A session survives a restart and kill -9, and ends at once with a logout, password change,
// disabling or deletion.
func TestSessions(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")

	me := ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	require.Contains(t, string(me.Body), `"name":"ada"`)
	server.Client().Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)

	server.Kill9(t)
	server.Start(t)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	server.Restart(t)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)

	phone := server.Login(t, "ada")
	phone.Do(t, http.MethodDelete, "/api/session", nil).Want(t, http.StatusNoContent)
	phone.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusOK)
	server.Kill9(t)
	server.Start(t)
	phone.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)

	server.MustRun(t, "another password\n", "user", "set-password", "ada", "--password-stdin")
	ada.Do(t, http.MethodGet, "/api/recipes", nil).Want(t, http.StatusUnauthorized)
	ada = larder.Login(t, server.URL(), "Ada", "another password")

	server.MustRun(t, "", "user", "disable", "ada")
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Soup")).Want(t, http.StatusUnauthorized)
	refused := server.Client().Do(t, http.MethodPost, "/api/session",
		map[string]any{"username": "ada", "password": "another password"})
	refused.Want(t, http.StatusUnauthorized)
	server.MustRun(t, "", "user", "enable", "ada")
	ada = larder.Login(t, server.URL(), "ada", "another password")

	server.MustRun(t, "", "user", "delete", "ada")
	ada.Do(t, http.MethodGet, "/api/session", nil).Want(t, http.StatusUnauthorized)
	require.Empty(t, server.MustRun(t, "", "user", "list", "--json").Stdout)
}

// A grant and its revocation affect the open session.
func TestGroceryAccess(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	recipe, _ := ada.Create(t, map[string]any{"name": "Soup", "ingredients": []map[string]any{{"text": "2 leeks"}}})
	path := "/api/recipes/" + recipe.ID + "/grocery"
	ada.Do(t, http.MethodPost, path, map[string]any{}).Want(t, http.StatusForbidden)
	server.MustRun(t, "", "user", "grant", "ada", "grocery")
	require.Contains(t, string(ada.Do(t, http.MethodGet, "/api/session", nil).Body), `"grocery":true`)
	ada.Do(t, http.MethodPost, path, map[string]any{}).Want(t, http.StatusAccepted)
	server.MustRun(t, "", "user", "revoke", "ada", "grocery")
	ada.Do(t, http.MethodPost, path, map[string]any{}).Want(t, http.StatusForbidden)
}

// Guessing is slowed down, with a Retry-After, and a wrong name is answered like a wrong password.
func TestLoginsAreLimited(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	server.AddUser(t, "ada")
	try := func(name string) larder.Answer {
		return server.Client().Do(t, http.MethodPost, "/api/session", map[string]any{"username": name, "password": "wrong guess"})
	}
	wrongName, wrongPassword := try("nobody"), try("ada")
	require.Equal(t, wrongName.Want(t, http.StatusUnauthorized).Problem(t).Detail,
		wrongPassword.Want(t, http.StatusUnauthorized).Problem(t).Detail)
	for range 30 {
		if answer := try("ada"); answer.Status == http.StatusTooManyRequests {
			require.NotEmpty(t, answer.Header.Get("Retry-After"))
			return
		}
	}
	require.Fail(t, "thirty guesses were not slowed down")
}
