package e2e_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// collection is an archive of recipes in schema.org's format.
func collection(t *testing.T, recipes int) *bytes.Reader {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for n := range recipes {
		file, err := w.Create(fmt.Sprintf("%04d.json", n))
		require.NoError(t, err)
		_, err = fmt.Fprintf(file, `{"@context": "https://schema.org", "@type": "Recipe", "name": "Dish %04d",
			"recipeIngredient": ["%d g rice"], "recipeInstructions": ["Cook it."]}`, n, 100+n)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return bytes.NewReader(archive.Bytes())
}

// An import that is killed in the middle goes on at the next start, and every recipe is there once.
// It takes longer than the other tests: make test-import runs it.
func TestKilledImportGoesOn(t *testing.T) {
	t.Parallel()
	if os.Getenv("LARDER_IMPORT") == "" {
		t.Skip("make test-import runs it")
	}
	const recipes = 200
	server := larder.Start(t)
	ada := server.AddUser(t, "ada")
	id := ada.ImportFile(t, "cookbook.zip", collection(t, recipes))
	larder.Soon(t, deadline, func() string {
		if i := ada.ImportOf(t, id); i.Done < recipes/4 {
			return fmt.Sprintf("%d are done", i.Done)
		}
		return ""
	})
	server.Kill9(t)
	server.Start(t)
	ada = server.Login(t, "ada")
	require.Less(t, ada.ImportOf(t, id).Done, recipes, "it was killed in the middle")
	done := ada.AwaitImport(t, id, "done", deadline)
	require.Len(t, done.Created, recipes)
	var names []string
	for line := range strings.Lines(server.MustRun(t, "", "export", "--user", "ada").Stdout) {
		var r larder.Recipe
		require.NoError(t, json.Unmarshal([]byte(line), &r))
		names = append(names, r.Name)
	}
	slices.Sort(names)
	require.Len(t, slices.Compact(names), recipes, "each is there once")

	ada.Do(t, http.MethodPost, "/api/imports/"+id+"/undo", nil).Want(t, http.StatusAccepted)
	ada.AwaitImport(t, id, "undone", deadline)
	require.Empty(t, server.MustRun(t, "", "export", "--user", "ada").Stdout)
}
