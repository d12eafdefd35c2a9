package exporter_test

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/exporter"
	"larder.dev/importer/found"
	"larder.dev/importer/material"
	"larder.dev/recipe"
)

// pictures has the bytes of a file under its hash.
type pictures map[string]string

func (p pictures) Original(_ context.Context, file events.File) (io.ReadCloser, error) {
	return p.open("original " + file.SHA256)
}

func (p pictures) JPEG(_ context.Context, file events.File) (io.ReadCloser, error) {
	return p.open("jpeg " + file.SHA256)
}

func (p pictures) open(key string) (io.ReadCloser, error) {
	content, there := p[key]
	if !there {
		return nil, exporter.ErrNoPicture
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

type checking interface {
	require.TestingT
	Helper()
}

func export(t checking, format exporter.Format, from exporter.Pictures, recipes ...events.Recipe) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := exporter.New(format, &out, from)
	require.NoError(t, err)
	for _, r := range recipes {
		require.NoError(t, w.Recipe(context.Background(), r))
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// readBack returns what the importer finds in an export, by name.
func readBack(t checking, content []byte) map[string]found.Recipe {
	t.Helper()
	recipes := map[string]found.Recipe{}
	err := material.File(context.Background(), "export", bytes.NewReader(content), int64(len(content)), found.Sink{
		Recipe: func(r found.Recipe) { recipes[r.Name] = r },
		Failed: func(f found.Failure) { require.Fail(t, f.Reason, f.Place) },
	})
	require.NoError(t, err)
	return recipes
}

// made returns the recipe that a draft becomes.
func made(t checking, id int, d recipe.Draft) events.Recipe {
	t.Helper()
	clean, err := d.Clean()
	require.NoError(t, err)
	return recipe.Create(fmt.Sprintf("00000000-0000-4000-8000-%012d", id), 0, clean, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
}

func samples(t testing.TB) []events.Recipe {
	t.Helper()
	file, err := os.Open("../samples/recipes.jsonl")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	var all []events.Recipe
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var d recipe.Draft
		require.NoError(t, json.Unmarshal(lines.Bytes(), &d))
		all = append(all, made(t, len(all), d))
	}
	require.NoError(t, lines.Err())
	return all
}

// same compares what a cook wrote.
func same(t checking, want events.Recipe, got found.Recipe) {
	t.Helper()
	back := got.Draft()
	require.Equal(t, want.Name, back.Name)
	require.Equal(t, want.Description, back.Description)
	require.Equal(t, want.Servings, back.Servings)
	require.Equal(t, want.PrepMinutes, back.PrepMinutes)
	require.Equal(t, want.CookMinutes, back.CookMinutes)
	require.Equal(t, want.TotalMinutes, back.TotalMinutes)
	require.Equal(t, []any{want.Yield, want.Author, want.Language, want.Nutrition}, []any{back.Yield, back.Author, back.Language, back.Nutrition})
	require.Equal(t, want.SourceURL, back.SourceURL)
	require.ElementsMatch(t, want.Tags, back.Tags)
	require.Equal(t, want.Notes, back.Notes)
	require.Equal(t, rowsOf(want.Ingredients), rowsOf(back.Ingredients))
	require.Equal(t, stepsOf(want.Steps), stepsOf(back.Steps))
}

type line struct{ text, section string }

func rowsOf(rows []events.Ingredient) []line {
	all := []line{}
	for _, row := range rows {
		all = append(all, line{row.Text, row.Section})
	}
	return all
}

func stepsOf(steps []events.Step) []line {
	all := []line{}
	for _, step := range steps {
		all = append(all, line{step.Text, step.Section})
	}
	return all
}

// readable are the formats that importer reads.
func readable() []exporter.Format {
	return slices.DeleteFunc(exporter.Formats(), func(f exporter.Format) bool { return f == exporter.PDF })
}

// The samples are read back from every format as they were.
func TestSamplesComeBack(t *testing.T) {
	t.Parallel()
	all := samples(t)
	for _, format := range readable() {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			back := readBack(t, export(t, format, exporter.NoPictures{}, all...))
			require.Len(t, back, len(all))
			for _, r := range all {
				same(t, r, back[r.Name])
			}
		})
	}
}

// drafts makes recipes with what formats have in common, and with their marks as plain text.
func drafts() *rapid.Generator[recipe.Draft] {
	word := rapid.StringMatching(`[a-zäß]{1,6}`)
	mark := rapid.SampledFrom([]string{
		"@", "#", "~", "@a", "#b", "~c{1}", "--", "---", "[-", "-]", "{", "}", "|", "%", "(x)", "(", `\`, `\\`, `\@`, ">", ">>", "=", "==",
		"&", "+", "?", "-", "*", "1/2", "½", "€", ":", "a:b", "日本", "e.g.", `"`, "'", "1.", "flour", "sugar", "brown sugar",
	})
	words := rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(word, mark), 1, 8).Draw(t, "words")
		return strings.Join(parts, " ")
	})
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.OneOf(words, words, rapid.Just("")), 1, 4).Draw(t, "lines"), "\n")
	})
	row := rapid.OneOf(words, rapid.SampledFrom([]string{
		"500 g flour", "1 1/2 cups sugar, sifted", "2 tbsp brown sugar", "a little flour", "½ tsp sugar (heaped)", "2-3 flour",
		"flour, for the tin", "1 (14 oz) can sugar", "250g sugar", "3 % flour",
	}))
	section := rapid.SampledFrom([]string{"", "Sauce", "Dough: first", "= odd =", "2 -- two"})
	minutes := rapid.Ptr(rapid.IntRange(1, 1000), true)
	return rapid.Custom(func(t *rapid.T) recipe.Draft {
		d := recipe.Draft{
			Name:        "Recipe " + rapid.StringMatching(`[a-z0-9/.:ä]{1,12}`).Draw(t, "name"),
			Description: text.Draw(t, "description"),
			Servings:    rapid.Ptr(rapid.Custom(func(t *rapid.T) float64 { return float64(rapid.IntRange(1, 400).Draw(t, "n")) / 4 }), true).Draw(t, "servings"),
			PrepMinutes: minutes.Draw(t, "prep"), CookMinutes: minutes.Draw(t, "cook"),
			TotalMinutes: minutes.Draw(t, "total"), Author: rapid.SampledFrom([]string{"", "Ada", "C. & D."}).Draw(t, "author"),
			Language:  rapid.SampledFrom([]string{"", "de", "en-GB"}).Draw(t, "language"),
			Nutrition: events.Nutrition{Calories: rapid.SampledFrom([]string{"", "240 kcal", "1.000 kJ"}).Draw(t, "calories")},
			SourceURL: rapid.SampledFrom([]string{"", "https://example.org/a?b=c&d", "Grandmother's book, page 12"}).Draw(t, "source"),
			Tags:      rapid.SliceOfNDistinct(word, 0, 3, rapid.ID).Draw(t, "tags"),
			Notes:     text.Draw(t, "notes"),
		}
		if d.Servings != nil { // words alone are read as a number of servings too
			d.Yield = rapid.SampledFrom([]string{"", "12 slices", "one large tin"}).Draw(t, "yield")
		}
		for range rapid.IntRange(0, 6).Draw(t, "rows") {
			d.Ingredients = append(d.Ingredients, events.Ingredient{Text: row.Draw(t, "row"), Section: section.Draw(t, "section")})
		}
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			d.Steps = append(d.Steps, events.Step{Text: "Step.\n" + text.Draw(t, "step"), Section: section.Draw(t, "section")})
		}
		return d
	})
}

// Whatever a recipe says is read back from every format, also where a format gives its characters a meaning.
func TestEveryRecipeComesBack(t *testing.T) {
	t.Parallel()
	for _, format := range readable() {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				clean, err := drafts().Draw(t, "draft").Clean()
				if err != nil {
					t.Skip(err)
				}
				r := made(t, 1, clean)
				same(t, r, readBack(t, export(t, format, exporter.NoPictures{}, r))[r.Name])
			})
		})
	}
}

// Without what Larder adds for itself, or with a change by another program, a recipe is read like any other's.
func TestOtherProgramsSeeThePlainRecipe(t *testing.T) {
	t.Parallel()
	r := made(t, 1, recipe.Draft{
		Name: "Pie", Servings: new(4.0), PrepMinutes: new(10), CookMinutes: new(50), Tags: []string{"baking", "autumn"},
		Ingredients: []events.Ingredient{{Text: "200 g flour"}, {Text: "3 apples", Section: "Filling"}},
		Steps:       []events.Step{{Text: "Make the dough."}, {Text: "Cut the apples.", Section: "Filling"}, {Text: "Fill it.", Section: "Filling"}},
	})
	for _, format := range []exporter.Format{exporter.JSONLD} {
		object := map[string]any{}
		text := entries(t, export(t, format, exporter.NoPictures{}, r))["Recipes/Pie/recipe.json"]
		require.NoError(t, json.Unmarshal([]byte(text), &object))
		object["name"] = "Apple pie"
		changed, err := json.Marshal(object)
		require.NoError(t, err)
		back := readBack(t, changed)["Apple pie"]
		require.Equal(t, []line{{"200 g flour", ""}, {"3 apples", "Filling:"}}, rowsOf(back.Ingredients))
		require.Equal(t, stepsOf(r.Steps), stepsOf(back.Steps))
		require.Equal(t, []any{r.Servings, r.PrepMinutes, r.CookMinutes, r.Tags}, []any{back.Servings, back.PrepMinutes, back.CookMinutes, back.Tags})
	}
}

// entries returns the files of an archive.
func entries(t testing.TB, content []byte) map[string]string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	require.NoError(t, err)
	files := map[string]string{}
	for _, file := range archive.File {
		in, err := file.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(in)
		require.NoError(t, err)
		require.NotContains(t, files, file.Name)
		files[file.Name] = string(text)
	}
	return files
}

// Pictures are where each program looks for them; one that is missing stops nothing.
func TestPictures(t *testing.T) {
	t.Parallel()
	file := func(hash, kind string) events.File {
		return events.File{ID: hash, Name: hash, SHA256: hash, MediaType: kind}
	}
	photo := made(t, 1, recipe.Draft{Name: "Photo"})
	photo.Files = []events.File{file("letter", "application/pdf"), file("a", "image/jpeg"), file("b", "image/png")}
	drawn := made(t, 2, recipe.Draft{Name: "Drawn"})
	drawn.Files = []events.File{file("gone", "image/png"), file("c", "image/heic")}
	from := pictures{"original a": "A", "jpeg a": "a", "original b": "B", "jpeg b": "b", "original c": "C", "jpeg c": "c", "original letter": "no"}

	linked := entries(t, export(t, exporter.JSONLD, from, photo, drawn))
	require.Equal(t, "A", linked["Recipes/Photo/full.jpg"])
	require.Equal(t, "B", linked["Recipes/Photo/2.png"])
	require.Equal(t, "C", linked["Recipes/Drawn/2.heic"])
	require.Len(t, linked, 5)

	cook := entries(t, export(t, exporter.Cooklang, from, photo, drawn))
	require.Equal(t, []string{"Drawn.cook", "Drawn.jpg", "Photo.cook", "Photo.jpg"}, slices.Sorted(keysOf(cook)))
	require.Equal(t, []string{"A", "c"}, []string{cook["Photo.jpg"], cook["Drawn.jpg"]})

	require.Contains(t, readBack(t, export(t, exporter.JSONLD, from, photo))["Photo"].Picture, "Photo/full.jpg")
	require.Contains(t, readBack(t, export(t, exporter.Cooklang, from, photo))["Photo"].Picture, "Photo.jpg")
}

func keysOf(m map[string]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// Recipes of the same name, or of names that no file may have, are files of their own.
func TestFileNames(t *testing.T) {
	t.Parallel()
	var all []events.Recipe
	for i, name := range []string{"Pie", "pie", "PIE", "a/b: c?", "a-b- c-", "..", "con", "Full", strings.Repeat("日", 200)} {
		all = append(all, made(t, i, recipe.Draft{Name: name}))
	}
	files := entries(t, export(t, exporter.Cooklang, exporter.NoPictures{}, all...))
	require.Len(t, files, len(all))
	folded := map[string]bool{}
	for name := range files {
		require.Less(t, len(name), 200)
		require.NotContains(t, name, "/")
		require.NotEmpty(t, strings.Trim(strings.TrimSuffix(name, path.Ext(name)), "."))
		require.NotContains(t, folded, strings.ToLower(name))
		folded[strings.ToLower(name)] = true
	}
	require.Contains(t, files, "Pie.cook")
	require.Contains(t, files, "pie (2).cook")
}

// A step names its ingredients as Cooklang's programs expect; the others are listed.
func TestCooklangMarks(t *testing.T) {
	t.Parallel()
	r := made(t, 1, recipe.Draft{
		Name: "Pancakes", Servings: new(2.0), PrepMinutes: new(5), Tags: []string{"quick"}, Notes: "Eat hot.",
		Ingredients: []events.Ingredient{
			{Text: "200 g flour, sifted"}, {Text: "2 eggs"}, {Text: "a pinch of salt"}, {Text: "3 tbsp maple syrup", Section: "To serve"},
		},
		Steps: []events.Step{{Text: "Beat the eggs, then stir in the flour."}, {Text: "Pour the maple syrup over.", Section: "To serve"}},
	})
	require.Equal(t, `---
title: Pancakes
servings: 2
prep time: 5 min
tags:
    - quick
ingredient order: [3, 2, 1, 4]
---

- @a pinch of salt{}

Beat the @eggs{2}, then stir in the @flour{200%g}(sifted).

== To serve ==

Pour the @maple syrup{3%tbsp} over.

> Eat hot.
`, entries(t, export(t, exporter.Cooklang, exporter.NoPictures{}, r))["Pancakes.cook"])
}
