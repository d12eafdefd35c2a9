package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const soupPage = `<html lang="en"><script type="application/ld+json">{"@type": "Recipe", "@context": "https://schema.org",
"name": "Soup", "recipeIngredient": ["1 l stock"], "recipeInstructions": "Heat it.", "recipeYield": 2}</script></html>`

// A dry run reads a folder of saved pages without any store, tells what couldn't be read, and prints one recipe a line.
func TestImportDryRun(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(folder, "soup.html"), []byte(soupPage), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "soup.jpg"), []byte("\xff\xd8"), 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "more"), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "more", "list.json"), []byte(`[{"@type": "Recipe", "name": "Tea", "recipeIngredient": ["tea"]}]`), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "none.html"), []byte(`<html><p>Nothing to eat</p></html>`), 0o600))

	result := call(t, "import", "--dry-run", "--json", "--data-dir", filepath.Join(folder, "no-larder"), folder)
	require.Equal(t, exitFailed, result.code, "one of them has no recipe")
	require.Contains(t, result.err, "none.html: no recipe was found in the page")
	var names, places []string
	for line := range strings.Lines(result.out) {
		var read struct {
			Name  string `json:"name"`
			Place string `json:"place"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &read))
		names, places = append(names, read.Name), append(places, read.Place)
	}
	require.Equal(t, []string{"Tea", "Soup"}, names)
	require.Equal(t, []string{"more/list.json", "soup.html"}, places)
	require.NoDirExists(t, filepath.Join(folder, "no-larder"))

	result = call(t, "import", "--dry-run", filepath.Join(folder, "soup.html"))
	require.Equal(t, exitDone, result.code)
	require.Equal(t, "soup.html: Soup (1 ingredients, 1 steps, for 2)\n", result.out)
}
