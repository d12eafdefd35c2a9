package parts_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// Files are uploaded and downloaded through nginx, which asks the file service once and then acts
// as the CDN.
func TestFilesThroughNginx(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	ada, ben := parts.AddUser(t, "ada"), parts.AddUser(t, "ben")
	recipe, _ := ada.Create(t, larder.Named("Apple pie"))
	ada.Attach(t, recipe.ID, "notes.txt", strings.NewReader("Better the day after.\n")).Want(t, http.StatusCreated)
	file := ada.Files(t, recipe.ID)[0]
	for _, cache := range []string{"MISS", "HIT"} {
		answer := larder.Open(t, parts.URL(), file.URL)
		require.Equal(t, http.StatusOK, answer.StatusCode)
		require.Equal(t, cache, answer.Header.Get("X-Cache"))
		require.True(t, larder.Same(t, answer.Body, strings.NewReader("Better the day after.\n")))
	}
	altered := file.URL[:len(file.URL)-1] + "x"
	require.Equal(t, http.StatusForbidden, larder.Open(t, parts.URL(), altered).StatusCode)
	ben.Do(t, http.MethodDelete, "/api/files/"+file.ID, nil).Want(t, http.StatusNotFound)
	ada.Do(t, http.MethodDelete, "/api/files/"+file.ID, nil).Want(t, http.StatusNoContent)
	require.Empty(t, ada.Files(t, recipe.ID))
}

// nginx's own errors are problems like all others: for a body that no component would accept, and
// for a component that doesn't answer. The others keep working meanwhile.
func TestNginxSaysProblems(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	ada := parts.AddUser(t, "ada")
	recipe, _ := ada.Create(t, larder.Named("Apple pie"))
	large := map[string]any{"name": "Apple pie", "notes": strings.Repeat("x", 3<<20)}
	refused := ada.Do(t, http.MethodPost, "/api/recipes", large)
	refused.Want(t, http.StatusRequestEntityTooLarge)
	require.Equal(t, "application/problem+json", refused.Header.Get("Content-Type"))

	parts.Take("command-api").Kill9(t)
	away := ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Pear pie"))
	away.Want(t, http.StatusServiceUnavailable)
	require.Equal(t, "application/problem+json", away.Header.Get("Content-Type"))
	require.NotEmpty(t, away.Header.Get("Retry-After"))
	ada.Get(t, recipe.ID).Want(t, http.StatusOK)
}

// The app's files have the same headers from nginx as from `larder up`.
func TestTheAppIsTheSameFromNginx(t *testing.T) {
	t.Parallel()
	home, parts := larder.Start(t), larder.StartParts(t)
	page := string(larder.NewClient(home.URL()).Do(t, http.MethodGet, "/", nil).Body)
	script := regexp.MustCompile(`/assets/[^"]+\.js`).FindString(page)
	require.NotEmpty(t, script, "the app is built: make build")
	for _, address := range []string{"/", "/recipes/4711", script, "/sw.js", "/manifest.webmanifest", "/icon.svg", "/assets/gone.js"} {
		want, got := larder.NewClient(home.URL()).Do(t, http.MethodGet, address, nil), larder.NewClient(parts.URL()).Do(t, http.MethodGet, address, nil)
		require.Equal(t, want.Status, got.Status, address)
		if want.Status != http.StatusOK {
			continue
		}
		require.Equal(t, want.Body, got.Body, address)
		for _, name := range []string{
			"Content-Type", "Cache-Control", "Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
			"Cross-Origin-Opener-Policy", "Permissions-Policy",
		} {
			require.Equal(t, want.Header.Get(name), got.Header.Get(name), "%s of %s", name, address)
		}
	}
}
