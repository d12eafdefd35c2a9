package importer_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// photo is a picture of one colour.
func photo(t *testing.T, shade uint8) []byte {
	t.Helper()
	picture := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for at := range picture.Pix {
		picture.Pix[at] = 255
	}
	for x := range 40 {
		for y := range 30 {
			picture.Set(x, y, color.RGBA{shade, 100, 50, 255})
		}
	}
	var encoded bytes.Buffer
	require.NoError(t, png.Encode(&encoded, picture))
	return encoded.Bytes()
}

// collection is an archive of recipes, each in a folder with its picture, as Nextcloud Cookbook
// keeps them. The last file is broken.
func collection(t *testing.T, recipes int, pictures bool) []byte {
	t.Helper()
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	write := func(name string, content []byte) {
		file, err := w.Create(name)
		require.NoError(t, err)
		_, err = file.Write(content)
		require.NoError(t, err)
	}
	for n := range recipes {
		folder := fmt.Sprintf("Recipes/%03d", n)
		write(folder+"/recipe.json", fmt.Appendf(nil, `{"@context": "https://schema.org", "@type": "Recipe", "name": "Dish %03d",
			"recipeIngredient": ["%d g rice"], "recipeInstructions": ["Cook it."]}`, n, 100+n))
		if pictures {
			write(folder+"/full.jpg", photo(t, uint8(n)))
		}
	}
	write("Recipes/broken/recipe.json", []byte(`{"@type": "Recipe", "name": `))
	require.NoError(t, w.Close())
	return archive.Bytes()
}

// An archive brings every recipe with its picture; what is broken is named and stops nothing, and
// undoing takes the pictured recipes back too.
func TestImportOfAnArchive(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	id := c.upload("cookbook.zip", collection(t, 3, true))
	done := c.await(id, "done")
	require.Equal(t, 4, done.Total)
	require.Equal(t, 4, done.Done)
	require.Len(t, done.Created, 3)
	require.Len(t, done.Failed, 1)
	require.Equal(t, "cookbook.zip/Recipes/broken/recipe.json", done.Failed[0].Place)
	require.NotEmpty(t, done.Failed[0].Reason)
	kept := c.recipes()
	for n, created := range done.Created {
		require.Equal(t, fmt.Sprintf("Dish %03d", n), created.Name)
		require.True(t, *created.Picture)
		require.Len(t, kept[created.ID].Files, 1)
		require.Equal(t, "image/png", kept[created.ID].Files[0].MediaType)
	}
	require.Equal(t, http.StatusAccepted, c.do(http.MethodPost, "/api/imports/"+id+"/undo", "", nil).status)
	require.Empty(t, c.await(id, "undone").Kept)
	require.Empty(t, c.recipes())
}

// A page's picture is fetched and attached; one that can't be had leaves the recipe without, and
// says so.
func TestPictureOfAPage(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/soup.png":
			_, _ = w.Write(photo(t, 200))
		case "/soup", "/tea":
			_, _ = io.WriteString(w, strings.Replace(page("Dish "+r.URL.Path), `"name"`, `"image": "`+r.URL.Path+`.png", "name"`, 1))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(site.Close)
	c := newWorld(t, allowing(site.URL)).cook()
	soup := c.await(c.begin(map[string]any{"url": site.URL + "/soup"}), "done")
	require.True(t, *soup.Created[0].Picture)
	require.Equal(t, "soup.png", c.recipes()[soup.Created[0].ID].Files[0].Name)
	tea := c.await(c.begin(map[string]any{"url": site.URL + "/tea"}), "done")
	require.False(t, *tea.Created[0].Picture)
	require.Empty(t, c.recipes()[tea.Created[0].ID].Files)
}
