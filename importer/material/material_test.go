package material_test

import (
	"bytes"
	"compress/gzip"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer/found"
	"larder.dev/importer/material"
)

// The beginning is enough to distinguish Larder's own lines from other programs' output.
func TestIsOwn(t *testing.T) {
	t.Parallel()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte(`{"id": "x", "name": "Soup"}` + "\n"))
	require.NoError(t, err)
	require.NoError(t, w.Flush()) // without an end
	for text, own := range map[string]bool{
		"": true, "\n": true, `{"name": "Soup"}`: true, "\ufeff{\"name\": \"Soup\"}\n{": true, "no JSON\n{\"name\": \"Soup\"}": true, `{"name": "So`: true,
		`{"name": "x", "ingredients": [{"text": "directions", "@type": 1}]}`: true, packed.String(): true, "\x1f\x8b": true,
		`{"@context": "https://schema.org", "@type": "Recipe"}`: false, `{"name": "x", "ingredients": "", "directions": ""}`: false, `[{"name": "x"}]`: false,
		"<html>": false, "Soup\n\n1 l stock": false, "PK\x03\x04": false, "---\ntitle: x\n---\n": false,
	} {
		require.Equal(t, own, material.IsOwn([]byte(text)), text)
	}
}

// Fetched content is read like a file, with gzip or not: its address is the source and the base of
// relative addresses.
func TestFetched(t *testing.T) {
	t.Parallel()
	const address = "https://example.com/soups/leek"
	page := []byte(`<script type="application/ld+json">{"@type": "Recipe", "name": "Soup", "image": "../leek.jpg", "recipeIngredient": ["2 leeks"]}</script>`)
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(page)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for _, content := range [][]byte{page, packed.Bytes()} {
		var recipes []found.Recipe
		sink := found.Sink{
			Recipe: func(r found.Recipe) { recipes = append(recipes, r) },
			Failed: func(f found.Failure) { t.Errorf("%s: %s", f.Place, f.Reason) },
		}
		require.NoError(t, material.Fetched(t.Context(), address, content, sink))
		require.Len(t, recipes, 1)
		require.Equal(t, address, recipes[0].SourceURL)
		require.Equal(t, "https://example.com/leek.jpg", recipes[0].ImageURL)
	}
}
