package queryapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// operations returns the path of each operation in openapi.yaml, filled in with a recipe's id.
func (w *world) operations(id string) []string {
	var paths []string
	for path := range w.spec.Paths.Map() {
		paths = append(paths, strings.NewReplacer("{id}", id, "{version}", "1").Replace(path))
	}
	require.Len(w.t, paths, 12, "a new operation needs its case in TestNobodySeesAnothersRecipe")
	return paths
}

// No operation shows one user's recipes to another, whatever the other knows of them: words, ids,
// versions, cursors.
func TestNobodySeesAnothersRecipe(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.cook("Ada"), w.cook("Bob")
	secret := ada.add(recipe("Secret goulash", "secret"))
	ada.add(recipe("Secret pie", "secret"))
	cold := ada.write(recipe("Secret stew")) // in no view: the database must enforce the boundary too
	bob.add(recipe("Toast"))
	ada.delete(ada.write(recipe("Secret toast")))

	var hers page
	ada.get("/api/recipes?limit=1").ok(&hers)
	require.NotNil(t, hers.NextCursor)

	for _, path := range []string{
		"/api/session",
		"/api/sessions",
		"/api/recipes",
		"/api/recipes?q=secret",
		"/api/recipes?tag=secret",
		"/api/recipes?with=egg",
		"/api/recipes?without=leek",
		"/api/recipes?sort=newest",
		"/api/recipes?max_minutes=60",
		"/api/tags",
		"/api/foods",
		"/api/deleted",
		"/api/export?format=larder",
		"/api/changes",
		"/api/changes?since=0&limit=500",
	} {
		answer := bob.get(path, "Larder-After", secret.ID+"@1")
		require.Equal(t, http.StatusOK, answer.status)
		require.NotContains(t, string(answer.body), "ecret", path)
		require.NotContains(t, string(answer.body), ada.id, path)
	}
	bob.get("/api/recipes?limit=1&cursor=" + *hers.NextCursor).problem(http.StatusBadRequest)
	for _, r := range []string{secret.ID, cold.ID} {
		for _, header := range [][]string{nil, {"If-None-Match", "*"}, {"If-None-Match", `"1"`}, {"Larder-After", r + "@1"}} {
			body := bob.get("/api/recipes/"+r, header...).problem(http.StatusNotFound)
			require.NotContains(t, body, "ecret")
		}
		for _, path := range []string{"/history", "/history/1"} {
			require.NotContains(t, bob.get("/api/recipes/"+r+path).problem(http.StatusNotFound), "ecret")
		}
	}
	// A hidden recipe is indistinguishable from one that never existed.
	never := bob.get("/api/recipes/" + recipe("x").ID).problem(http.StatusNotFound)
	hidden := bob.get("/api/recipes/" + secret.ID).problem(http.StatusNotFound)
	require.Equal(t, withoutInstance(never), withoutInstance(hidden))
}

// Two users can have recipes with the same id; each gets their own.
func TestSameIDOfTwoUsersIsTwoRecipes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.cook("Ada"), w.cook("Bob")
	hers, his := recipe("Hers"), recipe("His")
	his.ID = hers.ID
	ada.add(hers)
	bob.add(his)
	require.Contains(t, string(ada.get("/api/recipes/"+hers.ID).body), "Hers")
	require.Contains(t, string(bob.get("/api/recipes/"+hers.ID).body), "His")
	var found page
	require.Equal(t, []string{"His"}, bob.get("/api/recipes").page(&found).names())
}

func (a answer) page(into *page) page {
	a.t.Helper()
	a.ok(into)
	return *into
}

func withoutInstance(problem string) string {
	before, rest, _ := strings.Cut(problem, `"instance":"`)
	_, after, _ := strings.Cut(rest, `"`)
	return before + after
}
