package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const soupPage = `<html lang="en"><script type="application/ld+json">{"@type": "Recipe", "@context": "https://schema.org",
"name": "Soup", "recipeIngredient": ["1 l stock"], "recipeInstructions": "Heat it.", "recipeYield": 2}</script></html>`

// A dry run reads a folder of saved pages without any store, reports what couldn't be read, and
// prints one recipe per line.
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

// A web address is fetched: its recipes name it as their source, and a failing one is reported with
// its reason.
func TestImportDryRunOfAnAddress(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short":
			http.Redirect(w, r, "/soup", http.StatusMovedPermanently)
		case "/soup":
			_, _ = io.WriteString(w, strings.Replace(soupPage, `"name"`, `"image": "/soup.jpg", "name"`, 1))
		case "/data":
			_, _ = io.WriteString(w, `{"@type": "Recipe", "name": "Tea", "recipeIngredient": ["tea"]}`)
		default:
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(site.Close)

	result := call(t, "import", "--dry-run", "--json", site.URL+"/short", site.URL+"/login", site.URL+"/data")
	require.Equal(t, exitFailed, result.code)
	require.Contains(t, result.err, site.URL+"/login: the site answers 403 Forbidden")
	var sources, pictures []string
	for line := range strings.Lines(result.out) {
		var read struct {
			Source  string `json:"source_url"`
			Picture string `json:"image_url"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &read))
		sources, pictures = append(sources, read.Source), append(pictures, read.Picture)
	}
	require.Equal(t, []string{site.URL + "/soup", site.URL + "/data"}, sources)
	require.Equal(t, []string{site.URL + "/soup.jpg", ""}, pictures)
}
