package contract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// An export imported for another user is the same, except for server-assigned fields; importing it
// again, or the file it came from, adds nothing.
func exportRoundTrip(t *testing.T, s *larder.Server) {
	t.Helper()
	s.AddUser(t, "export-ada")
	s.AddUser(t, "export-ben")
	lines, source := larder.Lines(t, 60)
	t.Logf("60 recipes from %s", source)
	file := larder.WriteLines(t, lines)
	for _, want := range []string{"60 added", "0 added"} {
		require.Contains(t, s.MustRun(t, "", "import", "--user", "export-ada", file).Stdout, want)
	}
	exported := s.MustRun(t, "", "export", "--user", "export-ada").Stdout
	for _, want := range []string{"60 added", "0 added"} {
		require.Contains(t, s.MustRun(t, exported, "import", "--user", "export-ben", "-").Stdout, want)
	}
	require.Contains(t, s.MustRun(t, exported, "import", "--user", "export-ada", "-").Stdout, "0 added")
	again := s.MustRun(t, "", "export", "--user", "export-ben").Stdout
	require.Equal(t, contents(t, exported), contents(t, again))
	for _, format := range []string{"json-ld", "cooklang", "paprika"} {
		file := filepath.Join(t.TempDir(), "export")
		s.MustRun(t, "", "export", "--user", "export-ada", "--format", format, "--to", file)
		read := s.MustRun(t, "", "import", "--dry-run", "--json", file).Stdout
		require.Equal(t, names(t, exported), names(t, read), format)
	}
}

// names returns the names of recipes, one per line, in order.
func names(t *testing.T, lines string) []string {
	t.Helper()
	return slices.Sorted(maps.Keys(contents(t, lines)))
}

// contents returns recipes by name, without server-assigned fields.
func contents(t *testing.T, lines string) map[string]larder.Recipe {
	t.Helper()
	recipes := map[string]larder.Recipe{}
	for line := range strings.Lines(lines) {
		var recipe larder.Recipe
		require.NoError(t, json.Unmarshal([]byte(line), &recipe))
		recipe.ID, recipe.Version, recipe.CreatedAt, recipe.UpdatedAt = "", 0, "", ""
		recipes[recipe.Name] = recipe
	}
	return recipes
}

// During an index rebuild, no search fails or misses a recipe.
func rebuildWhileSearching(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "rebuild-ada")
	var lines [][]byte
	for i := range 200 {
		line, err := json.Marshal(larder.MadeUp(i))
		require.NoError(t, err)
		lines = append(lines, line)
	}
	s.MustRun(t, "", "import", "--user", "rebuild-ada", larder.WriteLines(t, lines))
	s.CaughtUp(t)

	var done atomic.Bool
	missed := make(chan string, 1)
	var group sync.WaitGroup
	group.Go(func() {
		for !done.Load() {
			if wrong := countsTo(ada, 200); wrong != "" {
				missed <- wrong
				return
			}
		}
	})
	for range 3 {
		result := s.MustRun(t, "", "rebuild", "search")
		require.NotEmpty(t, result.Stderr, "long work shows its progress")
	}
	done.Store(true)
	group.Wait()
	select {
	case wrong := <-missed:
		require.Fail(t, "a search failed or missed a recipe while the index was rebuilt", wrong)
	default:
	}
	ada.Create(t, larder.Named("Written after"))
	require.Len(t, ada.All(t, 100), 201)
}

// countsTo returns "" if a blank search has this many hits, else its answer.
func countsTo(who *larder.Client, want int) string {
	answer, err := who.Try(larder.Request{Method: http.MethodGet, Path: "/api/recipes?limit=1"})
	if err != nil {
		return err.Error()
	}
	var page larder.Page
	if err := json.Unmarshal(answer.Body, &page); err != nil || page.Total != want {
		return string(answer.Body)
	}
	return ""
}

// Each projection can be rebuilt and is the same afterwards; the feed gets nothing again.
func rebuildEach(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "each-ada", "--grocery")
	recipe, _ := ada.Create(t, map[string]any{"name": "Gratin", "ingredients": []any{map[string]any{"text": "1 kg potatoes"}}})
	gone, _ := ada.Create(t, larder.Named("Gone"))
	ada.Do(t, http.MethodDelete, "/api/recipes/"+gone.ID, nil).Want(t, http.StatusNoContent)
	path := "/api/recipes/" + recipe.ID + "/grocery"
	before := ask(t, ada, path, nil)
	s.CaughtUp(t)
	for _, name := range []string{"cache", "replica", "grocery"} {
		s.MustRun(t, "", "rebuild", name)
	}
	after := ask(t, ada, path, nil)
	s.CaughtUp(t)
	require.Equal(t, []larder.GroceryRequest{before, after}, feedOf(t, s, ada.User.ID))
	require.Equal(t, recipe, ada.Get(t, recipe.ID).Want(t, http.StatusOK).Recipe(t))
	ada.Get(t, gone.ID).Want(t, http.StatusNotFound)

	names := []string{}
	for _, projection := range s.Status(t).Projections {
		names = append(names, projection.Name)
		require.Zero(t, projection.Parked, projection.Name)
	}
	require.ElementsMatch(t, []string{"search", "cache", "replica", "grocery"}, names)
	require.Contains(t, s.MustRun(t, "", "status").Stdout, "replica")
}

// Probes report ready, and metrics count requests by route and never by id.
func probes(t *testing.T, s *larder.Server, address string) {
	t.Helper()
	ada := s.AddUser(t, "probes-ada")
	recipe, _ := ada.Create(t, larder.Named("Gratin"))
	ada.Get(t, recipe.ID).Want(t, http.StatusOK)
	stranger := larder.NewClient(address)
	stranger.Do(t, http.MethodGet, "/healthz", nil).Want(t, http.StatusOK)
	stranger.Do(t, http.MethodGet, "/readyz", nil).Want(t, http.StatusOK)
	metrics := string(stranger.Do(t, http.MethodGet, "/metrics", nil).Want(t, http.StatusOK).Body)
	require.Contains(t, metrics, "/api/recipes/:id")
	require.NotContains(t, metrics, recipe.ID)
}

// Wrong usage exits with 2 and says what is wrong; failures exit with 1.
func usage(t *testing.T, s *larder.Server) {
	t.Helper()
	for _, args := range [][]string{
		{"nonsense"}, {"rebuild"}, {"rebuild", "nonsense"}, {"user"}, {"user", "grant", "x", "y"}, {"import"}, {"up", "--what"},
	} {
		result := s.Run(t, "", args...)
		require.Equal(t, 2, result.Code, "larder %s\n%s", strings.Join(args, " "), result.Both())
		require.NotEmpty(t, result.Stderr)
	}
	require.Equal(t, 1, s.Run(t, "", "import", "--user", "usage-nobody", "-").Code)
	require.Zero(t, s.Run(t, "", "--help").Code)
}

// An import reads gzip, even from standard input, joins lines and mends garbled text, reports
// ignored fields and the offending character of a refused line, and ends once the recipes can be
// found.
func importReport(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "importer")
	lines := strings.Join([]string{
		`{"name": "CrÃ¨me brÃ»lÃ©e", "ingredients": [{"text": "200 g\nbasmati rice", "brand": "x"}], "colour": "red"}`,
		`{"name": "Donâ€™t stir", "colour": "blue", "source_url": "Grandmother"}`,
		`{"name": "Bell\u0007"}`,
	}, "\n")
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	_, err := writer.Write([]byte(lines))
	require.NoError(t, err)
	require.NoError(t, writer.Close())

	result := s.Run(t, packed.String(), "import", "--json", "--user", "importer", "-")
	require.Equal(t, 1, result.Code, result.Stderr)
	require.JSONEq(t, `{"added": 2, "already_there": 0, "refused": 1,
		"refusals": [{"file": "-", "line": 3, "reason": "invalid recipe: name: has the control character U+0007 at character 5"}],
		"unknown_fields": {"colour": 2, "ingredients[].brand": 1}}`, result.Stdout)
	require.Contains(t, result.Stderr, `the field "colour" was left out, in 2 recipes`)
	require.Contains(t, result.Stderr, "into search and the other views: 2 recipes")

	require.ElementsMatch(t, []string{"Crème brûlée", "Don’t stir"}, ada.Search(t).Names())
	creme := ada.Get(t, ada.Search(t, "q", "creme brulee").Items[0].ID).Recipe(t)
	require.Equal(t, "200 g basmati rice", creme.Ingredients[0].Text)
	require.InDelta(t, 200, *creme.Ingredients[0].Quantity, 0)
	require.Equal(t, "basmati rice", creme.Ingredients[0].Name)
}
