package queryapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/identity"
)

// A session identifies its user, by bearer token and by cookie.
func TestSessionSaysWhoIsLoggedIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	var session struct {
		User identity.User `json:"user"`
	}
	ada.get("/api/session").ok(&session)
	require.Equal(t, identity.User{ID: ada.id, Name: "Ada", Grocery: true}, session.User)

	w.get("/api/session", "Cookie", "larder_session="+ada.token).ok(&session)
	require.Equal(t, ada.id, session.User.ID)
}

// An ended session is refused from the next request on.
func TestEndedSessionIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	require.Equal(t, http.StatusOK, ada.get("/api/recipes").status)
	_, err := identity.NewSessions(w.redis).EndAll(t.Context(), ada.id)
	require.NoError(t, err)
	ada.get("/api/recipes").problem(http.StatusUnauthorized)
}

// No operation answers without a session; operations added to openapi.yaml later are covered too.
func TestEveryOperationNeedsASession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range w.operations(recipe("x").ID) {
		w.get(path).problem(http.StatusUnauthorized)
		w.get(path, "Authorization", "Bearer nonsense").problem(http.StatusUnauthorized)
	}
}

// If sessions can't be checked, every operation answers 503 with Retry-After: never 401, and never
// a result.
func TestWithoutRedisEveryOperationIsUnavailable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.cook("Ada")
	r := ada.add(recipe("Soup"))
	w.stop()
	for _, path := range w.operations(r.ID) {
		answer := ada.get(path)
		answer.problem(http.StatusServiceUnavailable)
		require.NotEmpty(t, answer.header.Get("Retry-After"))
		require.NotContains(t, string(answer.body), "Soup")
	}
}
