package parts_test

import (
	"archive/zip"
	"bytes"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit/pictures"
	"larder.dev/test/larder"
)

// Behind nginx, with its own role and its own credentials, the importer brings an archive with its
// pictures, and takes it back.
func TestImportThroughComponents(t *testing.T) {
	t.Parallel()
	parts := larder.StartParts(t)
	ada := parts.AddUser(t, "ada")
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, content := range map[string][]byte{
		"soup/recipe.json": []byte(`{"@context": "https://schema.org", "@type": "Recipe", "name": "Soup", "recipeIngredient": ["1 l stock"]}`),
		"soup/full.jpg":    pictures.WebP(48, 32),
		"tea/recipe.json":  []byte(`{"@context": "https://schema.org", "@type": "Recipe", "name": "Tea", "recipeIngredient": ["tea"]}`),
	} {
		file, err := w.Create(name)
		require.NoError(t, err)
		_, err = file.Write(content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	id := ada.ImportFile(t, "cookbook.zip", &archive)
	done := ada.AwaitImport(t, id, "done", deadline)
	require.Len(t, done.Created, 2)
	require.Equal(t, "Soup", done.Created[0].Name)
	require.True(t, *done.Created[0].Picture)
	require.Len(t, ada.Files(t, done.Created[0].ID), 1)
	ada.Do(t, http.MethodPost, "/api/imports/"+id+"/undo", nil).Want(t, http.StatusAccepted)
	require.Empty(t, ada.AwaitImport(t, id, "undone", deadline).Kept)
	require.Empty(t, ada.All(t, 10))
}
