package groceryapp_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// Without a session the answer is 401, without access 403; even if access is revoked later: then
// pending requests aren't shown, and an open stream ends.
func TestAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	nobody := &shopper{w: w}
	ada := w.shopper(true)
	ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs")
	stream := ada.follow()
	testkit.Wait(t, stream, "the first event")
	ada.user.Grocery = false
	_, err := w.sessions.Refresh(t.Context(), ada.user)
	require.NoError(t, err)
	ada.ask("Soup", item(1, "l", "stock"))
	for told := range stream {
		require.EqualValues(t, 1, told, "nothing is told any more")
	}
	for _, call := range []struct{ method, path, body string }{
		{http.MethodGet, "/grocery/api/list", ""},
		{http.MethodGet, "/grocery/api/events", ""},
		{http.MethodPost, "/grocery/api/operations", `{"operations":[{"id":"` + uuid.NewString() + `","kind":"tick","parts":["a"]}]}`},
	} {
		requireProblem(t, nobody, http.StatusUnauthorized, call.method, call.path, call.body)
		requireProblem(t, ada, http.StatusForbidden, call.method, call.path, call.body)
	}
	ada.user.Grocery = true
	_, err = w.sessions.Refresh(t.Context(), ada.user)
	require.NoError(t, err)
	ada.await("3 eggs", "1 l stock")
}

func requireProblem(t *testing.T, who *shopper, status int, method, path, body string) {
	t.Helper()
	response, answer := who.do(method, path, body)
	require.Equal(t, status, response.StatusCode, "%s %s: %s", method, path, answer)
	require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
	var problem struct {
		Detail string `json:"detail"`
	}
	require.NoError(t, json.Unmarshal(answer, &problem))
	require.NotEmpty(t, problem.Detail)
}

// One user's operations never change another's list, whatever ids they name.
func TestBoundary(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada, eve := w.shopper(true), w.shopper(true)
	asked := ada.ask("Cake", item(3, "", "eggs"))
	ada.await("3 eggs")
	egg := ada.parts("egg")
	for _, kind := range []string{"tick", "remove", "clear"} {
		eve.operate(kind, map[string]any{"parts": egg})
	}
	eve.operate("edit", map[string]any{"parts": egg, "text": "poison"})
	eve.operate("withdraw", map[string]any{"request": asked.RequestID})
	eve.operate("shelve", map[string]any{"food": "egg", "aisle": "cellar"})
	eve.operate("add", map[string]any{"parts": egg, "text": "poison"})
	require.Equal(t, []string{"3 eggs"}, ada.lines())
	require.Equal(t, "dairy", ada.list().Lines[0].Aisle)
	require.Equal(t, []string{"poison"}, eve.lines())
}

// Each error in a request is reported with its field's name.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t).start()
	ada := w.shopper(true)
	id := uuid.NewString()
	for body, status := range map[string]int{
		`{`:                 http.StatusBadRequest,
		`{"operations":[]}`: http.StatusUnprocessableEntity,
		`{"operations":[{"id":"7","kind":"tick","parts":["a"]}]}`:                            http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"eat","parts":["a"]}]}`:                    http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"tick"}]}`:                                 http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"untick","parts":["a"]}]}`:                 http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"add","parts":["a"],"text":"  "}]}`:        http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"add","parts":["a","b"],"text":"x"}]}`:     http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"shelve","food":"egg"}]}`:                  http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"place","food":"egg"}]}`:                   http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"arrange"}]}`:                              http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"withdraw"}]}`:                             http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"tick","parts":["a"],"unheard_of":true}]}`: http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"add","parts":["a"],"text":"a\u0000b"}]}`:  http.StatusUnprocessableEntity,
		`{"operations":[{"id":"` + id + `","kind":"tick","parts":["a\u0000b"]}]}`:            http.StatusUnprocessableEntity,
	} {
		requireProblem(t, ada, status, http.MethodPost, "/grocery/api/operations", body)
	}
	require.Empty(t, ada.lines())
}
