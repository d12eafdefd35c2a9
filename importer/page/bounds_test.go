package page_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/importer/page"
)

// Pages designed to keep a reader busy are read or rejected in a time in proportion to their size.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	const script = `<script type="application/ld+json">%s</script>`
	megabytes := func(text string) string { return strings.Repeat(text, (1<<20)/len(text)) }
	row := `{"@type":"Recipe","name":"x","recipeIngredient":["1 egg","%s"],"recipeInstructions":"boil"}`
	for name, text := range map[string]string{
		"one line":            "<html><body>" + megabytes("salt and 1 cup flour "),
		"elements in depth":   strings.Repeat("<div>", 10_000) + "1 cup flour",
		"lists in depth":      megabytes("<ul><li>"),
		"bold in depth":       megabytes("<b><i>"),
		"JSON in depth":       fmt.Sprintf(script, strings.Repeat(`{"a":[`, 100_000)),
		"quotes":              fmt.Sprintf(script, `{"a":"`+megabytes(`"`)),
		"commas":              fmt.Sprintf(script, megabytes(`,`)),
		"comments":            fmt.Sprintf(script, megabytes(`/*`)),
		"a long ingredient":   fmt.Sprintf(script, fmt.Sprintf(row, megabytes("flour "))) + megabytes("flour "),
		"tags in a string":    fmt.Sprintf(script, fmt.Sprintf(row, megabytes("<b "))),
		"references":          fmt.Sprintf(script, fmt.Sprintf(row, megabytes("&amp;"))),
		"many labels":         "<body>" + megabytes("<p>Ingredients</p><p>Method</p>"),
		"labels alone":        "<body>" + megabytes("<p>Ingredients</p>") + "<p>1 egg</p>",
		"amounts alone":       `<body><div class="ingredients">` + megabytes("<p>2 cups</p><p>flour</p>"),
		"classes":             "<body>" + megabytes(`<p class="method ingredient step">1 egg</p>`),
		"many rows":           "<ul>" + megabytes("<li>1 cup flour</li>"),
		"properties in depth": `<div itemscope itemtype="https://schema.org/Recipe">` + strings.Repeat(`<p itemprop="name"><span>`, 200) + megabytes("a "),
		"a circle": fmt.Sprintf(script, `{"@graph":[{"@type":"Recipe","name":"x","recipeInstructions":{"@id":"#a"}},
			{"@id":"#a","name":"a","itemListElement":[{"@id":"#a"},{"@id":"#a"},{"@id":"#a"}]}]}`),
		"many recipes": fmt.Sprintf(script, "["+strings.TrimSuffix(megabytes(fmt.Sprintf(row, "x")+","), ",")+"]"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			recipes, err := page.Read([]byte(text), "x", "")
			if err == nil {
				require.LessOrEqual(t, len(recipes), 200)
			}
			t.Log(time.Since(began), err)
			require.Less(t, time.Since(began), time.Minute)
		})
	}
	_, err := page.Read(make([]byte, page.MaxSize+1), "x", "")
	require.ErrorIs(t, err, page.ErrTooLarge)
}

// Reading a page ends, whatever it contains, and every recipe has a place.
func FuzzRead(f *testing.F) {
	pages, err := filepath.Glob("testdata/*.html")
	require.NoError(f, err)
	for _, file := range pages {
		text, err := os.ReadFile(file)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		recipes, err := page.Read(text, "x", "https://kitchen.example/")
		if err == nil {
			require.NotEmpty(t, recipes)
			require.NotEmpty(t, recipes[0].Place)
		}
	})
}
