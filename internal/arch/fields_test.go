package arch_test

import (
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A field of a recipe is known in the files that ARCHITECTURE.md names for a new one, and in no others. The files that name two
// fields, which have nothing to do with each other, are those that have to name every field.
func TestFieldOfARecipeIsKnownInFewFiles(t *testing.T) {
	t.Parallel()
	know := []string{
		"command-api/openapi.yaml", "query-api/openapi.yaml",
		"recipe/draft.go", "recipe/change.go",
		"internal/tables/migrations/*.sql", "internal/tables/recipes.sql",
		"events/data.go", "events/schema/recipe.v*.json",
	}
	row := regexp.MustCompile(`(?m)^\| a field of the recipe \|.*$`).FindString(read(t, filepath.Join(root, "ARCHITECTURE.md")))
	for _, pattern := range know {
		require.Contains(t, row, path.Base(strings.TrimSuffix(pattern, "/*.sql")), pattern)
	}
	both := []*regexp.Regexp{regexp.MustCompile(`\b(SourceURL|source_url)\b`), regexp.MustCompile(`\b(CookMinutes|cook_minutes)\b`)}
	found := map[string]bool{}
	for _, name := range sources(t) {
		content := read(t, filepath.Join(root, name))
		if generated.MatchString(content) || slices.ContainsFunc(both, func(field *regexp.Regexp) bool { return !field.MatchString(content) }) {
			continue
		}
		at := slices.IndexFunc(know, func(pattern string) bool {
			ok, err := path.Match(pattern, name)
			require.NoError(t, err)
			return ok
		})
		require.GreaterOrEqual(t, at, 0, "%s knows the fields of a recipe", name)
		found[know[at]] = true
	}
	require.Len(t, found, len(know))
}

// sources lists what the write and the read side are made of, without tests and their harness.
func sources(t *testing.T) []string {
	t.Helper()
	// The importer and the exporter know what other programs call their fields, the app has a form for them, and what an id is made of never
	// changes, whatever is added to a recipe.
	others := regexp.MustCompile(`^(\.|(importer|exporter|web|docs|test|samples|deploy|bin)/|operate/transfer/content\.go)|test/|/testdata/|_test\.go$|^internal/apidocs/openapi\.yaml$`)
	var found []string
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, file)
		require.NoError(t, err)
		switch {
		case entry.IsDir() && name != "." && others.MatchString(name+"/"):
			return fs.SkipDir
		case !entry.IsDir() && !others.MatchString(name) && slices.Contains([]string{".go", ".sql", ".yaml", ".json"}, path.Ext(name)):
			found = append(found, name)
		}
		return nil
	})
	require.NoError(t, err)
	return found
}
