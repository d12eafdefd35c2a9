package exporter_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/exporter"
	"larder.dev/recipe"
)

// jpegs has a photo for every picture.
type jpegs struct{ exporter.NoPictures }

func (jpegs) JPEG(_ context.Context, file events.File) (io.ReadCloser, error) {
	var photo bytes.Buffer
	err := jpeg.Encode(&photo, image.NewRGBA(image.Rect(0, 0, 40, int(file.Size))), nil)
	return io.NopCloser(&photo), err
}

// A cookbook has every word of every recipe, its photos, and contents that name the page on which
// each recipe begins. What the font lacks is shown as missing.
func TestCookbook(t *testing.T) {
	t.Parallel()
	var all []events.Recipe
	for n := range 90 {
		d := recipe.Draft{
			Name: fmt.Sprintf("Süppchen no %d", n), Language: "de", Servings: new(4.0), CookMinutes: new(25), Notes: "Weniger Salz, 麻",
			Ingredients: []events.Ingredient{{Text: "½ l Gemüsebrühe"}, {Text: "(2) \\ Lauch", Section: "Einlage"}},
			Steps:       []events.Step{{Text: strings.TrimSpace(strings.Repeat("Langsam rühren. ", 1+n*3))}},
		}
		clean, err := d.Clean()
		require.NoError(t, err)
		r := made(t, n+1, clean)
		if n%30 == 0 {
			r.Files = []events.File{{ID: r.ID, Name: "a.jpg", MediaType: "image/jpeg", Size: int64(n + 9)}}
		}
		all = append(all, r)
	}
	whole := export(t, exporter.PDF, jpegs{}, all...)
	require.Equal(t, 3, bytes.Count(whole, []byte("/Subtype /Image")))

	pages := textOfPages(t, whole)
	contents := strings.Join(pages[:3], "\n")
	for n, r := range all {
		found := regexp.MustCompile(regexp.QuoteMeta(r.Name) + "\n([0-9]+)\n").FindStringSubmatch(contents)
		require.NotNil(t, found, r.Name)
		at, err := strconv.Atoi(found[1])
		require.NoError(t, err)
		text := strings.Join(pages[at-1:min(at+3, len(pages))], "\n")
		require.True(t, strings.HasPrefix(text, r.Name+"\n"), "page %d begins with %q", at, text[:20])
		for _, part := range []string{"Portionen: 4 · Kochen: 25 min", "•  ½ l Gemüsebrühe", "Einlage", "•  (2) \\ Lauch", "1.  Langsam", "Weniger Salz, □"} {
			require.Contains(t, text, part, r.Name)
		}
		require.GreaterOrEqual(t, strings.Count(text, "rühren"), min(1+n*3, 100), r.Name)
	}
	require.NotEmpty(t, export(t, exporter.PDF, exporter.NoPictures{}), "a book without recipes")
}

// textOfPages returns the lines of each page, as they were drawn.
func textOfPages(t *testing.T, whole []byte) []string {
	t.Helper()
	var pages []string
	stream := regexp.MustCompile(`(?s)/Filter /FlateDecode /Length [0-9]+>>\nstream\n(.*?)\nendstream`)
	for _, found := range stream.FindAllSubmatch(whole, -1) {
		unpacked, err := zlib.NewReader(bytes.NewReader(found[1]))
		if err != nil {
			continue
		}
		content, err := io.ReadAll(unpacked)
		if err != nil || !bytes.Contains(content, []byte(")Tj ET")) {
			continue // a font
		}
		var lines strings.Builder
		for _, drawn := range regexp.MustCompile(`(?s) Td \((.*?)\)Tj ET`).FindAllSubmatch(content, -1) {
			lines.WriteString(decoded(drawn[1]) + "\n")
		}
		pages = append(pages, lines.String())
	}
	return pages
}

// decoded reads a string of UTF-16, in which PDF's own signs have a backslash.
func decoded(text []byte) string {
	var plain []byte
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			i++
			if text[i] == 'r' {
				plain = append(plain, '\r')
				continue
			}
		}
		plain = append(plain, text[i])
	}
	units := make([]uint16, 0, len(plain)/2)
	for i := 0; i+1 < len(plain); i += 2 {
		units = append(units, uint16(plain[i])<<8|uint16(plain[i+1]))
	}
	return string(utf16.Decode(units))
}
