package material_test

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"testing/fstest"

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

// In a folder or an archive, a text is a recipe only with evidence; one that is named is read anyway,
// with a doubt.
func TestTextsBesideRecipes(t *testing.T) {
	t.Parallel()
	settings := "Ports\n\n- 22 ssh\n- 80 http\n- 443 https\n\nThe ports that are open."
	recipe := "Leek soup\n\n2 leeks\n1 l stock\n50 g butter\n\nSoften the leeks in the butter. Add the stock."
	labelled := "Salad\n\nZutaten\nKresse\nEssig\n\nZubereitung\nMischen."
	var names, failed []string
	sink := found.Sink{
		Recipe: func(r found.Recipe) { names = append(names, r.Name) },
		Failed: func(f found.Failure) { failed = append(failed, f.Place) },
	}
	require.NoError(t, material.Folder(t.Context(), fstest.MapFS{
		"ports": {Data: []byte(settings)}, "soup.txt": {Data: []byte(recipe)}, "salad.md": {Data: []byte(labelled)},
		"ceviche.txt": {Data: []byte("Ceviche\n\nSeafood\nRed onion\nLime juice\n\nSlice the onion and soak it.\nPut the onion and the lime juice in a bowl with the seafood.")},
		"pudding.txt": {Data: []byte("Milchreis\n\n- Reis\n- Milch\n- Vanille\n\n1. Milch und Vanille in einem Topf aufkochen.\n2. Den Reis hineinrühren.")},
		"server.txt":  {Data: []byte("Server\n\n- workers\n- sockets\n- salt\n\n1. Set the number of workers and sockets.\n2. Mix salt in and serve.")},
		"lexer.py":    {Data: []byte("x = '~[a-z]{3}'\ny = '@name{2}'\n")},
	}, sink))
	require.Equal(t, []string{"Ceviche", "Milchreis", "Salad", "Leek soup"}, names)
	require.Equal(t, []string{"lexer.py", "ports", "server.txt"}, failed)

	var doubts []found.Doubt
	sink.Recipe = func(r found.Recipe) { doubts = r.Doubts }
	for text, want := range map[string]bool{settings: true, recipe: false} {
		doubts = nil
		require.NoError(t, material.Stream(t.Context(), "note", strings.NewReader(text), sink))
		require.Equal(t, want, len(doubts) > 0, text)
	}
}
