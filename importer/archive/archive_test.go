package archive_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer/archive"
	"larder.dev/importer/found"
	"larder.dev/importer/material"
)

// kept is a recipe that each program's export contains.
type kept struct {
	name, description, source string
	servings                  float64
	prep, cook                int
	tags                      []string
	groups                    []group
	steps                     []string
}

type group struct {
	name string
	rows []row
}

type row struct {
	amount           float64
	unit, food, note string
}

func (r row) line() string {
	line := strings.TrimSpace(fmt.Sprintf("%v %s", r.amount, r.unit)) + " " + r.food
	if r.note != "" {
		line += ", " + r.note
	}
	return line
}

func collection() []kept {
	return []kept{
		{
			"Beetroot dumplings", "From my aunt.", "https://dumplings.example/red", 4, 30, 20,
			[]string{"Dinner", "Winter"},
			[]group{{"Dough", []row{{250, "g", "flour", ""}, {2, "", "eggs", "beaten"}}}, {"Filling", []row{{3, "", "beetroots", "boiled"}, {1, "tbsp", "horseradish", ""}}}},
			[]string{"Knead the dough.", "Fill it with the beetroot.", "Boil for 10 minutes."},
		},
		{
			"Oat biscuits", "", "", 12, 10, 15,
			[]string{"Baking"},
			[]group{{"", []row{{200, "g", "oats", ""}, {100, "g", "butter", "soft"}}}},
			[]string{"Mix.", "Bake."},
		},
	}
}

// entry is a file of an archive.
type entry struct{ name, content string }

func zipOf(t testing.TB, entries ...entry) string {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		f, err := w.Create(e.name)
		require.NoError(t, err)
		_, err = io.WriteString(f, e.content)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return out.String()
}

func gzipOf(t testing.TB, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := io.WriteString(w, content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func jsonOf(t testing.TB, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return string(text)
}

type fields = map[string]any

// exports writes the collection in each program's format.
func exports() map[string]func(t testing.TB, all []kept) string {
	return map[string]func(t testing.TB, all []kept) string{
		"mealie backup": mealieBackup, "mealie recipes": mealieRecipes, "tandoor": tandoor, "paprika": paprika, "nextcloud": nextcloud,
		"recipesage": recipeSage, "mela": mela, "copymethat": copyMeThat, "recipekeeper": recipeKeeper, "chowdown": chowdown,
		"cooklang": cooklang, "larder": larderLines,
	}
}

func mealieBackup(t testing.TB, all []kept) string {
	t.Helper()
	tables := map[string][]fields{}
	add := func(table string, row fields) { tables[table] = append(tables[table], row) }
	entries := []entry{{"settings.json", "{}"}}
	for i, k := range all {
		id := fmt.Sprintf("0000000000000000000000000000000%d", i)
		add("recipes", fields{
			"id": id, "slug": fmt.Sprint("r", i), "name": k.name, "description": k.description, "org_url": k.source, "recipe_servings": k.servings,
			"prep_time": fmt.Sprint(k.prep, " minutes"), "perform_time": fmt.Sprint(k.cook, " minutes"), "image": "abcd", "recipe_yield": "",
		})
		position := 0
		for _, g := range k.groups {
			title := g.name
			for _, r := range g.rows {
				unit, food := "u"+r.unit, "f"+r.food
				add("ingredient_units", fields{"id": unit, "name": r.unit})
				add("ingredient_foods", fields{"id": food, "name": r.food})
				add("recipes_ingredients", fields{
					"recipe_id": id, "position": position, "title": title, "quantity": r.amount, "unit_id": unit, "food_id": food, "note": r.note,
				})
				title = ""
				position++
			}
		}
		for position, s := range slices.Backward(k.steps) {
			add("recipe_instructions", fields{"recipe_id": id, "position": position, "title": "", "text": s})
		}
		for _, tag := range k.tags {
			add("tags", fields{"id": "t" + tag, "name": tag})
			add("recipes_to_tags", fields{"recipe_id": id, "tag_id": "t" + tag})
		}
		folder := id[:8] + "-" + id[8:12] + "-" + id[12:16] + "-" + id[16:20] + "-" + id[20:]
		entries = append(entries, entry{"data/recipes/" + folder + "/images/original.webp", "RIFF"}, entry{"data/recipes/" + folder + "/images/tiny-original.webp", "RIFF"})
	}
	return zipOf(t, append(entries, entry{"database.json", jsonOf(t, tables)})...)
}

func mealieRecipes(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for i, k := range all {
		var rows, steps, tags []fields
		for _, g := range k.groups {
			title := g.name
			for _, r := range g.rows {
				rows = append(rows, fields{"title": title, "note": r.note, "unit": fields{"name": r.unit}, "food": fields{"name": r.food}, "quantity": r.amount})
				title = ""
			}
		}
		for _, s := range k.steps {
			steps = append(steps, fields{"title": "", "text": s})
		}
		for _, tag := range k.tags {
			tags = append(tags, fields{"name": tag, "slug": tag})
		}
		slug := fmt.Sprint("r", i)
		entries = append(entries, entry{slug + "/" + slug + ".json", jsonOf(t, fields{
			"name": k.name, "slug": slug, "description": k.description, "recipeYield": fmt.Sprint(k.servings, " servings"), "recipeIngredient": rows,
			"recipeInstructions": steps, "tags": tags, "prepTime": fmt.Sprint("PT", k.prep, "M"), "performTime": fmt.Sprint("PT", k.cook, "M"), "orgURL": k.source,
		})}, entry{slug + "/" + slug + ".webp", "RIFF"})
	}
	return zipOf(t, entries...)
}

func tandoor(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for i, k := range all {
		var steps, keywords []fields
		for n, s := range k.steps {
			step := fields{"name": "", "instruction": s, "ingredients": []fields{}}
			if n == 0 {
				var rows []fields
				for _, g := range k.groups {
					if g.name != "" {
						rows = append(rows, fields{"is_header": true, "note": g.name, "amount": 0, "food": nil, "unit": nil})
					}
					for _, r := range g.rows {
						unit := any(nil)
						if r.unit != "" {
							unit = fields{"name": r.unit}
						}
						rows = append(rows, fields{"amount": r.amount, "unit": unit, "food": fields{"name": r.food}, "note": r.note, "is_header": false})
					}
				}
				step["ingredients"] = rows
			}
			steps = append(steps, step)
		}
		for _, tag := range k.tags {
			keywords = append(keywords, fields{"name": tag})
		}
		inner := zipOf(t, entry{"recipe.json", jsonOf(t, fields{
			"name": k.name, "description": k.description, "keywords": keywords, "steps": steps, "working_time": k.prep, "waiting_time": k.cook,
			"servings": k.servings, "servings_text": "people", "source_url": k.source, "internal": true,
		})}, entry{"image.jpg", "\xff\xd8"})
		entries = append(entries, entry{fmt.Sprint("recipe_", i, ".zip"), inner})
	}
	return zipOf(t, entries...)
}

// lines returns the rows as text, each group under its name.
func lines(k kept, heading string) string {
	var out []string
	for _, g := range k.groups {
		if g.name != "" {
			out = append(out, fmt.Sprintf(heading, g.name))
		}
		for _, r := range g.rows {
			out = append(out, r.line())
		}
	}
	return strings.Join(out, "\n")
}

func paprika(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for _, k := range all {
		entries = append(entries, entry{k.name + ".paprikarecipe", gzipOf(t, jsonOf(t, fields{
			"uid": k.name, "name": k.name, "description": k.description, "ingredients": lines(k, "%s:"), "directions": strings.Join(k.steps, "\n\n"),
			"servings": fmt.Sprint("Serves ", k.servings), "prep_time": fmt.Sprint(k.prep, " mins"), "cook_time": fmt.Sprint(k.cook, " mins"),
			"categories": k.tags, "source_url": k.source, "photo_data": strings.Repeat("A", 1000), "notes": "",
		}))})
	}
	return zipOf(t, entries...)
}

func linkedData(k kept) fields {
	var rows []string
	for _, g := range k.groups {
		if g.name != "" {
			rows = append(rows, g.name+":")
		}
		for _, r := range g.rows {
			rows = append(rows, r.line())
		}
	}
	return fields{
		"@context": "http://schema.org", "@type": "Recipe", "name": k.name, "description": k.description, "url": k.source, "recipeYield": k.servings,
		"prepTime": fmt.Sprint("PT", k.prep, "M"), "cookTime": fmt.Sprint("PT", k.cook, "M"), "keywords": strings.Join(k.tags, ","),
		"recipeIngredient": rows, "recipeInstructions": k.steps,
	}
}

func nextcloud(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for _, k := range all {
		entries = append(entries, entry{"Recipes/" + k.name + "/recipe.json", jsonOf(t, linkedData(k))},
			entry{"Recipes/" + k.name + "/full.jpg", "\xff\xd8"}, entry{"Recipes/" + k.name + "/thumb.jpg", "\xff\xd8"})
	}
	return zipOf(t, entries...)
}

func recipeSage(t testing.TB, all []kept) string {
	t.Helper()
	var list []fields
	for _, k := range all {
		list = append(list, linkedData(k))
	}
	return jsonOf(t, list)
}

func mela(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for _, k := range all {
		entries = append(entries, entry{k.name + ".melarecipe", jsonOf(t, fields{
			"id": k.name, "title": k.name, "text": k.description, "ingredients": lines(k, "# %s"), "instructions": strings.Join(k.steps, "\n"),
			"yield": fmt.Sprint(k.servings), "prepTime": fmt.Sprint(k.prep, " min"), "cookTime": fmt.Sprint(k.cook, " min"), "totalTime": "",
			"categories": k.tags, "link": k.source, "images": []string{"AAAA"}, "notes": "",
		})})
	}
	return zipOf(t, entries...)
}

func copyMeThat(t testing.TB, all []kept) string {
	t.Helper()
	var out strings.Builder
	out.WriteString("<html><head><title>Recipes</title></head><body>")
	for i, k := range all {
		fmt.Fprintf(&out, `<div class="recipe"><div id="name">%s</div><div><a id="original_link" href=%q>%s</a></div><div id="description">%s</div>
			<img class="recipeImage" src="images/%d.jpg"><div id="servings">Servings: %v</div>`, k.name, k.source, k.source, k.description, i, k.servings)
		for _, tag := range k.tags {
			fmt.Fprintf(&out, `<span class="recipeCategory">%s</span>`, tag)
		}
		out.WriteString(`<ul id="recipeIngredients">`)
		for _, g := range k.groups {
			if g.name != "" {
				fmt.Fprintf(&out, `<li class="recipeIngredient_subheader">%s</li>`, g.name)
			}
			for _, r := range g.rows {
				fmt.Fprintf(&out, `<li class="recipeIngredient">%s</li>`, r.line())
			}
		}
		out.WriteString(`</ul><ol id="recipeInstructions">`)
		for _, s := range k.steps {
			fmt.Fprintf(&out, `<li class="instruction">%s</li>`, s)
		}
		out.WriteString(`</ol></div>`)
	}
	return zipOf(t, entry{"recipes.html", out.String() + "</body></html>"}, entry{"images/0.jpg", "\xff\xd8"})
}

func recipeKeeper(t testing.TB, all []kept) string {
	t.Helper()
	var out strings.Builder
	out.WriteString("<html><body>")
	for i, k := range all {
		fmt.Fprintf(&out, `<div class="recipe-details"><h2 itemprop="name">%s</h2><meta content="%v" itemprop="recipeYield"><div>Source: <span itemprop="recipeSource"><a href=%q>x</a></span></div>
			<meta content="PT%dM" itemprop="prepTime"><meta content="PT%dM" itemprop="cookTime"><img src="images/%d.jpg" class="recipe-photo">`, k.name, k.servings, k.source, k.prep, k.cook, i)
		for _, tag := range k.tags {
			fmt.Fprintf(&out, `<meta content=%q itemprop="recipeCategory">`, tag)
		}
		paragraphs := func(text string) string { return "<p>" + strings.ReplaceAll(text, "\n", "</p><p>") + "</p>" }
		fmt.Fprintf(&out, `<div itemprop="recipeIngredients">%s</div><div itemprop="recipeDirections">%s</div><div itemprop="recipeNotes"></div></div>`,
			paragraphs(lines(k, "%s:")), paragraphs(strings.Join(k.steps, "\n")))
	}
	return zipOf(t, entry{"recipes.html", out.String() + "</body></html>"})
}

func chowdown(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for i, k := range all {
		var out strings.Builder
		fmt.Fprintf(&out, "---\nlayout: recipe\ntitle: %q\nimage: %d.jpg\ntags: %s\nsource: %q\nservings: %v\nprep_time: %d min\ncook_time: %d min\ningredients:\n",
			k.name, i, strings.Join(k.tags, ", "), k.source, k.servings, k.prep, k.cook)
		for line := range strings.SplitSeq(lines(k, "%s:"), "\n") {
			fmt.Fprintf(&out, "- %q\n", line)
		}
		out.WriteString("directions:\n")
		for _, s := range k.steps {
			fmt.Fprintf(&out, "- %s\n", s)
		}
		fmt.Fprintf(&out, "\n---\n\n%s\n", k.description)
		entries = append(entries, entry{fmt.Sprint("_recipes/", i, ".md"), out.String()})
	}
	return zipOf(t, entries...)
}

func cooklang(t testing.TB, all []kept) string {
	t.Helper()
	var entries []entry
	for _, k := range all {
		var out strings.Builder
		fmt.Fprintf(&out, "---\ndescription: %q\nsource: %q\nservings: %v\ntags: [%s]\nprep time: %d minutes\ncook time: %d minutes\n---\n\n",
			k.description, k.source, k.servings, strings.Join(k.tags, ", "), k.prep, k.cook)
		for _, g := range k.groups {
			if g.name != "" {
				fmt.Fprintf(&out, "== %s ==\n\n", g.name)
			}
			out.WriteString("-- weigh\nTake")
			for _, r := range g.rows {
				unit := ""
				if r.unit != "" {
					unit = "%" + r.unit
				}
				note := ""
				if r.note != "" {
					note = "(" + r.note + ")"
				}
				fmt.Fprintf(&out, " @%s{%v%s}%s", r.food, r.amount, unit, note)
			}
			out.WriteString(".\n\n")
		}
		out.WriteString("==  ==\n")
		for _, s := range k.steps {
			out.WriteString(strings.ReplaceAll(s, "10 minutes", "~{10%minutes}") + "\n\n")
		}
		entries = append(entries, entry{"recipes/" + k.name + ".cook", out.String()})
	}
	return zipOf(t, entries...)
}

func larderLines(t testing.TB, all []kept) string {
	t.Helper()
	var out strings.Builder
	for _, k := range all {
		var rows, steps []fields
		for _, g := range k.groups {
			for _, r := range g.rows {
				rows = append(rows, fields{"text": r.line(), "section": g.name})
			}
		}
		for _, s := range k.steps {
			steps = append(steps, fields{"text": s, "section": ""})
		}
		out.WriteString(jsonOf(t, fields{
			"name": k.name, "description": k.description, "servings": k.servings, "prep_minutes": k.prep, "cook_minutes": k.cook, "tags": k.tags,
			"source_url": k.source, "ingredients": rows, "steps": steps,
		}) + "\n")
	}
	return out.String()
}

func readAll(t testing.TB, content string) (recipes []found.Recipe, failed []found.Failure) {
	t.Helper()
	err := material.File(t.Context(), "export", strings.NewReader(content), int64(len(content)), found.Sink{
		Recipe: func(r found.Recipe) { recipes = append(recipes, r) },
		Failed: func(f found.Failure) { failed = append(failed, f) },
	})
	require.NoError(t, err)
	return recipes, failed
}

// Every program's export is imported completely: each recipe, row, heading, step, time and tag,
// detected by content.
func TestExports(t *testing.T) {
	t.Parallel()
	for name, export := range exports() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all := collection()
			recipes, failed := readAll(t, export(t, all))
			require.Empty(t, failed)
			require.Len(t, recipes, len(all))
			for i, k := range all {
				checkRecipe(t, name, k, recipes[i])
			}
		})
	}
}

func checkRecipe(t *testing.T, export string, k kept, r found.Recipe) {
	t.Helper()
	require.Equal(t, k.name, r.Name)
	require.NotNil(t, r.Servings)
	require.InDelta(t, k.servings, *r.Servings, 0)
	require.Equal(t, k.tags, r.Tags)
	require.Equal(t, k.source, r.SourceURL)
	if export != "recipekeeper" {
		require.Equal(t, k.description, r.Description)
	}
	if export != "copymethat" {
		require.Equal(t, k.prep, *r.PrepMinutes)
		require.Equal(t, k.cook, *r.CookMinutes)
	}
	var rows, sections, wantRows, wantSections, steps []string
	for _, row := range r.Ingredients {
		rows, sections = append(rows, row.Text), append(sections, strings.TrimSuffix(row.Section, ":"))
	}
	for _, g := range k.groups {
		for _, row := range g.rows {
			wantRows, wantSections = append(wantRows, row.line()), append(wantSections, g.name)
		}
	}
	for _, step := range r.Steps {
		steps = append(steps, step.Text)
	}
	require.Equal(t, wantRows, rows)
	require.Equal(t, wantSections, sections)
	require.Equal(t, k.steps, steps[len(steps)-len(k.steps):])
	switch export {
	case "mealie backup", "mealie recipes", "tandoor", "nextcloud", "copymethat", "recipekeeper", "chowdown":
		require.Contains(t, r.Picture, "export/")
		require.NotContains(t, r.Picture, "thumb")
	}
}

// A broken recipe in an archive is reported with its place and doesn't stop the rest.
func TestOneBrokenRecipe(t *testing.T) {
	t.Parallel()
	all := collection()
	content := zipOf(t, entry{"a.paprikarecipe", gzipOf(t, `{"name": "half`)}, entry{"b.paprikarecipe", "\x1f\x8bno gzip"},
		entry{"c/recipe.json", jsonOf(t, linkedData(all[0]))}, entry{"d/settings.json", `{"theme": "dark"}`}, entry{"e.zip", "PK\x03\x04 no zip"},
		entry{"f.jpg", "\xff\xd8"})
	recipes, failed := readAll(t, content)
	require.Len(t, recipes, 1)
	require.Equal(t, "export/c/recipe.json", recipes[0].Place)
	var places []string
	for _, f := range failed {
		places = append(places, f.Place)
		require.NotEmpty(t, f.Reason)
	}
	require.Equal(t, []string{"export/a.paprikarecipe", "export/b.paprikarecipe", "export/d/settings.json", "export/e.zip"}, places)

	recipes, failed = readAll(t, larderLines(t, all)+"{\"name\": \n"+larderLines(t, all[:1]))
	require.Len(t, recipes, 3)
	require.Len(t, failed, 1)
	require.Equal(t, "export#3", failed[0].Place)
}

// A decompression bomb is rejected within the limits.
func TestBombs(t *testing.T) {
	t.Parallel()
	zeros := strings.Repeat("\x00", 22<<20)
	bomb := zipOf(t, entry{"recipe.html", zeros})
	recipes, failed := readAll(t, zipOf(t, entry{"a.html", zeros}, entry{"b.paprikarecipe", gzipOf(t, "{"+zeros+zeros+zeros)}, entry{"c.zip", bomb},
		entry{"d.zip", zipOf(t, entry{"inner.zip", bomb})}))
	require.Empty(t, recipes)
	require.Len(t, failed, 4)

	deep := strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)
	_, failed = readAll(t, deep)
	require.Len(t, failed, 1)
}

// Removing Cooklang's marks leaves readable steps, and rows with their amounts.
func TestCooklang(t *testing.T) {
	t.Parallel()
	recipes, failed := readAll(t, `>> servings: 2
>> source: a friend
[- not
shown -]
Crack @eggs{3} into a #mixing bowl{}, add @sea salt{=1/2%tsp} and @thyme(fresh). -- whisk
Wait ~rest{5%minutes}, heat the #pan and @?oil, then mail me @ home # 1.

= Serve
> Best at once.
With @bread{} and ~{1%minute} of rest.`)
	require.Empty(t, failed)
	require.Len(t, recipes, 1)
	r := recipes[0]
	var rows, steps []string
	for _, row := range r.Ingredients {
		rows = append(rows, row.Text)
	}
	for _, step := range r.Steps {
		steps = append(steps, step.Text)
	}
	require.Equal(t, []string{"3 eggs", "1/2 tsp sea salt", "thyme, fresh", "oil (optional)", "bread"}, rows)
	require.Equal(t, []string{
		"Crack eggs into a mixing bowl, add sea salt and thyme. Wait 5 minutes, heat the pan and oil, then mail me @ home # 1.",
		"With bread and 1 minute of rest.",
	}, steps)
	require.Equal(t, "Serve", r.Steps[1].Section)
	require.Equal(t, "Best at once.", r.Notes)
	require.Equal(t, "a friend", r.SourceURL)
	require.InDelta(t, 2, *r.Servings, 0)
}

// Cooklang's edge cases: dashes that aren't a comment, optional ingredients, references to other recipes, and metadata
// that is almost YAML.
func TestCooklangCorners(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text, step string
		rows       []string
		cook       int
	}{
		"drawn line":          {text: "Stir @milk{1%l} ---\nand --- serve", step: "Stir milk --- and --- serve", rows: []string{"1 l milk"}},
		"comment":             {text: "Stir @milk{1%l} -- slowly\nand serve", step: "Stir milk  and serve", rows: []string{"1 l milk"}},
		"optional":            {text: "Top with @?chives", step: "Top with chives", rows: []string{"chives (optional)"}},
		"optional twice":      {text: "Top with @??chives{}", step: "Top with ?chives", rows: []string{"?chives (optional)"}},
		"question, no mark":   {text: "Is that @? @salt{}?", step: "Is that @? salt?", rows: []string{"salt"}},
		"optional and needed": {text: "@cream{1%dl} and @?cream{}", step: "cream and cream", rows: []string{"1 dl cream", "cream (optional)"}},
		"optional pan":        {text: "Cover with a #?large lid{} and @salt", step: "Cover with a large lid and salt", rows: []string{"salt"}},
		"another recipe":      {text: "Add @./doughs/Pizza dough{1%batch}", step: "Add Pizza dough", rows: []string{"1 batch Pizza dough"}},
		"a recipe above":      {text: "Add @../doughs/Pizza dough{1%batch}", step: "Add Pizza dough", rows: []string{"1 batch Pizza dough"}},
		"a slash, no path":    {text: "Season with @salt/pepper mix{}", step: "Season with salt/pepper mix", rows: []string{"salt/pepper mix"}},
		"nearly YAML":         {text: "---\ncooking time   :25 mins\n---\nStir @salt{}", step: "Stir salt", rows: []string{"salt"}, cook: 25},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := archive.Cooklang("recipe.cook", []byte(c.text))
			require.NoError(t, err)
			var rows []string
			for _, row := range r.Ingredients {
				rows = append(rows, row.Text)
			}
			require.Equal(t, c.rows, rows)
			require.Len(t, r.Steps, 1)
			require.Equal(t, strings.Fields(c.step), strings.Fields(r.Steps[0].Text))
			require.Equal(t, c.cook > 0, r.CookMinutes != nil)
			if c.cook > 0 {
				require.Equal(t, c.cook, *r.CookMinutes)
			}
		})
	}
}

// Reading an archive ends, whatever its bytes.
func FuzzFile(f *testing.F) {
	for _, export := range exports() {
		f.Add([]byte(export(f, collection())))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		recipes, failed := readAll(t, string(content))
		for _, r := range recipes {
			require.True(t, strings.HasPrefix(r.Place, "export"), r.Place)
		}
		for _, f := range failed {
			require.NotEmpty(t, f.Reason)
		}
	})
}
