package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Each bad input is refused with a problem that names the error, and never with a 5xx.
func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	long := func(n int) string { return strings.Repeat("é", n) }
	row := func(field string, value any) map[string]any {
		return map[string]any{"name": "Soup", "ingredients": []any{map[string]any{"text": "salt", field: value}}}
	}
	for name, c := range map[string]struct {
		body  any
		field string
	}{
		"no name":          {map[string]any{}, "name"},
		"empty name":       {map[string]any{"name": "  "}, "name"},
		"long name":        {larder.Named(long(201)), "name"},
		"newline in name":  {larder.Named("a\u0000b"), "name"},
		"name is a number": {map[string]any{"name": 7}, "name"},
		"unknown field":    {map[string]any{"name": "Soup", "colour": "red"}, "colour"},
		"servings":         {map[string]any{"name": "Soup", "servings": 0}, "servings"},
		"prep_minutes":     {map[string]any{"name": "Soup", "prep_minutes": -1}, "prep_minutes"},
		"cook_minutes":     {map[string]any{"name": "Soup", "cook_minutes": 1.5}, "cook_minutes"},
		"source_url":       {map[string]any{"name": "Soup", "source_url": strings.Repeat("a", 2001)}, "source_url"},
		"description":      {map[string]any{"name": "Soup", "description": long(20001)}, "description"},
		"notes":            {map[string]any{"name": "Soup", "notes": "a\u0007b"}, "notes"},
		"tags":             {map[string]any{"name": "Soup", "tags": []string{"ok", long(51)}}, "tags[1]"},
		"row text":         {row("note", long(501)), "ingredients[0].note"},
		"row quantity":     {row("quantity", -1), "ingredients[0].quantity"},
		"step":             {map[string]any{"name": "Soup", "steps": []any{map[string]any{"text": long(5001)}}}, "steps[0].text"},
	} {
		answer := ada.Do(t, http.MethodPost, "/api/recipes", c.body).Want(t, http.StatusUnprocessableEntity)
		fields := []string{}
		for _, e := range answer.Problem(t).Errors {
			fields = append(fields, e.Field)
		}
		require.Contains(t, fields, c.field, "%s: %s", name, answer.Body)
	}
	require.Zero(t, ada.Search(t).Total, "nothing was kept")
}

// Malformed requests are refused before anything processes them.
func TestBrokenRequests(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	ada.Do(t, http.MethodPost, "/api/recipes", []byte(`{"name":`)).Want(t, http.StatusBadRequest)
	ada.Do(t, http.MethodPost, "/api/recipes", []byte("{\"name\":\"\xff\"}")).Want(t, http.StatusBadRequest)
	huge := []byte(`{"name":"` + strings.Repeat("a", 2<<20) + `"}`)
	ada.Do(t, http.MethodPost, "/api/recipes", huge).Want(t, http.StatusRequestEntityTooLarge)
	for _, path := range []string{"/api/recipes/no-id", "/api/recipes/%00", "/api/recipes?limit=0", "/api/recipes?cursor=zz", "/api/changes?since=x"} {
		status := ada.Do(t, http.MethodGet, path, nil).Status
		require.Contains(t, []int{http.StatusBadRequest, http.StatusUnprocessableEntity}, status, path)
	}
	ada.Do(t, http.MethodGet, "/api/nothing", nil).Want(t, http.StatusNotFound)
	ada.Do(t, http.MethodGet, "/api/recipes/"+uuid.NewString(), nil).Want(t, http.StatusNotFound)
}

// Only the one web origin may call cross-site, and cross-site writes are refused.
func TestOrigins(t *testing.T) {
	t.Parallel()
	const ours = "https://larder.example"
	server := larder.Start(t, "LARDER_ORIGIN="+ours)
	ada := server.AddUser(t, "ada")
	admitted := ada.Do(t, http.MethodGet, "/api/recipes", nil, "Origin", ours)
	require.Equal(t, ours, admitted.Header.Get("Access-Control-Allow-Origin"))
	other := ada.Do(t, http.MethodGet, "/api/recipes", nil, "Origin", "https://evil.example")
	require.Empty(t, other.Header.Get("Access-Control-Allow-Origin"))
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Soup"),
		"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site").Want(t, http.StatusForbidden)
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Soup"), "Origin", ours, "Sec-Fetch-Site", "cross-site").
		Want(t, http.StatusCreated)
}

// Writes name the version that they are based on; a phone that was offline may choose ids.
func TestPreconditions(t *testing.T) {
	t.Parallel()
	server := larder.Start(t)
	ada, ben := server.AddUser(t, "ada"), server.AddUser(t, "ben")
	path := "/api/recipes/" + uuid.NewString()
	ada.Do(t, http.MethodPut, path, larder.Named("Soup")).Want(t, http.StatusPreconditionRequired)
	ada.Do(t, http.MethodPut, path, larder.Named("Soup"), "If-Match", `"1"`).Want(t, http.StatusNotFound)
	created := ada.Do(t, http.MethodPut, path, larder.Named("Soup"), "If-None-Match", "*", "Idempotency-Key", "k").Want(t, http.StatusCreated)
	again := ada.Do(t, http.MethodPut, path, larder.Named("Soup"), "If-None-Match", "*", "Idempotency-Key", "k").Want(t, http.StatusCreated)
	require.Equal(t, created.Body, again.Body)
	ada.Do(t, http.MethodPut, path, larder.Named("Soup"), "If-None-Match", "*").Want(t, http.StatusPreconditionFailed)
	ada.Do(t, http.MethodPut, path, larder.Named("Stew"), "If-None-Match", "*", "Idempotency-Key", "k").Want(t, http.StatusUnprocessableEntity)
	ben.Do(t, http.MethodPut, path, larder.Named("Ben's"), "If-None-Match", "*").Want(t, http.StatusCreated) // ids are per user
	require.Equal(t, "Soup", ada.Do(t, http.MethodGet, path, nil).Recipe(t).Name)
	ada.Do(t, http.MethodDelete, path, nil, "If-Match", `"7"`).Want(t, http.StatusPreconditionFailed)
	ada.Do(t, http.MethodDelete, path, nil, "If-Match", `"1"`).Want(t, http.StatusNoContent)
}
