package archive

import (
	"archive/zip"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/recipe/units"
)

// mealieRecipe reads a single recipe exported by Mealie 0 to 3.
func mealieRecipe(o object) (found.Recipe, bool) {
	if !o.has("recipe_ingredient") && (!o.has("slug") || !o.has("recipeIngredient")) {
		return found.Recipe{}, false
	}
	r := mealieHead(o)
	r.Tags = append(o.names("recipe_category", "recipeCategory"), o.names("tags")...)
	section := ""
	for _, row := range o.list("recipe_ingredient", "recipeIngredient") {
		switch v := row.(type) {
		case string:
			r.Ingredients = append(r.Ingredients, found.Rows(v)...)
		case map[string]any:
			it := object(v)
			section = cmp.Or(it.text("title"), section)
			if line := mealieLine(it, it.inner("unit").text("name"), it.inner("food").text("name")); line != "" {
				r.Ingredients = append(r.Ingredients, events.Ingredient{Text: line, Section: section})
			}
		}
	}
	mealieSteps(&r, o.objects("recipe_instructions", "recipeInstructions"))
	mealieNotes(&r, o.objects("notes"))
	return r, true
}

func mealieHead(o object) found.Recipe {
	r := found.Recipe{
		Name:         o.text("name"),
		Description:  text(o.raw("description")),
		PrepMinutes:  found.Minutes(o.raw("prep_time", "prepTime")),
		CookMinutes:  found.Minutes(o.raw("perform_time", "performTime", "cook_time", "cookTime")),
		TotalMinutes: found.Minutes(o.raw("total_time", "totalTime")),
		SourceURL:    o.text("org_url", "orgURL", "org_u_r_l"),
	}
	r.Nutrition = mealieNutrition(o.inner("nutrition"))
	if servings := o.raw("recipe_servings", "recipeServings"); o.number("recipe_servings", "recipeServings") > 0 {
		r.SetYield(servings)
	}
	said := o.text("recipe_yield", "recipeYield")
	if quantity := o.number("recipe_yield_quantity", "recipeYieldQuantity"); quantity > 0 && said != "" {
		said = units.Typed(quantity, nil, units.Unit{}) + " " + said
	}
	r.SetYield(said)
	return r
}

var capital = regexp.MustCompile(`[A-Z]`)

// mealieNutrition reads fatContent or, in a backup, fat_content, the name of the column.
func mealieNutrition(o object) (n events.Nutrition) {
	n.Each(func(name string, value *string) {
		column := capital.ReplaceAllStringFunc(name, func(letter string) string { return "_" + strings.ToLower(letter) })
		*value = o.text(name, column)
	})
	return n
}

// mealieLine returns a row as typed, else composed of its parts.
func mealieLine(row object, unit, food string) string {
	if original := row.text("original_text", "originalText"); original != "" {
		return original
	}
	quantity := row.number("quantity")
	if row.is("disable_amount") || row.is("disableAmount") || food == "" && unit == "" && quantity == 1 {
		quantity = 0 // a row with only a note
	}
	return written(quantity, unit, food, row.text("note"))
}

// written composes a row from its parts.
func written(quantity float64, unit, food, note string) string {
	var words []string
	if quantity > 0 {
		words = append(words, units.Typed(quantity, nil, units.Named(unit)))
	}
	words = append(words, unit, food)
	line := strings.Join(strings.Fields(strings.Join(words, " ")), " ")
	switch {
	case note == "":
		return line
	case food == "":
		return strings.TrimSpace(line + " " + note)
	default:
		return line + ", " + note
	}
}

func mealieSteps(r *found.Recipe, steps []object) {
	section := ""
	for _, step := range steps {
		section = cmp.Or(step.text("title"), section)
		lines := found.Lines(step.raw("text"))
		if summary := step.text("summary"); summary != "" && !strings.HasPrefix(summary, "Step ") {
			lines = append([]string{summary}, lines...)
		}
		if len(lines) > 0 {
			r.Steps = append(r.Steps, events.Step{Text: strings.Join(lines, "\n"), Section: section})
		}
	}
	r.Steps = found.Unnumbered(r.Steps)
}

func mealieNotes(r *found.Recipe, notes []object) {
	var all []string
	for _, note := range notes {
		if said := strings.TrimSpace(note.text("title") + "\n" + text(note.raw("text"))); said != "" {
			all = append(all, said)
		}
	}
	r.Notes = strings.Join(all, "\n\n")
}

// mealieDatabase is the file in a backup that holds every table.
const mealieDatabase = "database.json"

// mealieTables are the tables of a backup that make up recipes.
type mealieTables struct {
	Recipes      []object `json:"recipes"`
	Rows         []object `json:"recipes_ingredients"`
	Steps        []object `json:"recipe_instructions"`
	Notes        []object `json:"notes"`
	Nutrition    []object `json:"recipe_nutrition"`
	Tags         []object `json:"tags"`
	Tagged       []object `json:"recipes_to_tags"`
	Categories   []object `json:"categories"`
	Categorised  []object `json:"recipes_to_categories"`
	Units        []object `json:"ingredient_units"`
	Foods        []object `json:"ingredient_foods"`
	byRecipe     map[string]*mealieParts
	names        map[string]string
	pictureOfIDs map[string]string
}

type mealieParts struct{ rows, steps, notes, labels, nutrition []object }

// mealie reads a complete Mealie backup.
func (z *zipReader) mealie(place string, database *zip.File, files []*zip.File) error {
	content, err := z.unpack(database, maxDatabase)
	if err != nil {
		return fmt.Errorf("%s/%s: %w", place, database.Name, err)
	}
	if found.TooDeep(content) {
		return fmt.Errorf("%s/%s: nested too deep", place, database.Name)
	}
	var tables mealieTables
	if err := unmarshal(content, &tables); err != nil {
		return fmt.Errorf("read %s/%s: %w", place, database.Name, err)
	}
	tables.index(place, files)
	for _, row := range tables.Recipes {
		z.sink.Recipe(tables.recipe(place+"/"+database.Name, row))
	}
	return nil
}

func (t *mealieTables) index(place string, files []*zip.File) {
	t.byRecipe, t.names, t.pictureOfIDs = map[string]*mealieParts{}, map[string]string{}, map[string]string{}
	for _, table := range [][]object{t.Tags, t.Categories, t.Units, t.Foods} {
		for _, row := range table {
			t.names[idOf(row.raw("id"))] = row.text("name")
		}
	}
	for _, each := range []struct {
		table []object
		to    func(*mealieParts) *[]object
	}{
		{t.Rows, func(p *mealieParts) *[]object { return &p.rows }},
		{t.Steps, func(p *mealieParts) *[]object { return &p.steps }},
		{t.Notes, func(p *mealieParts) *[]object { return &p.notes }},
		{t.Nutrition, func(p *mealieParts) *[]object { return &p.nutrition }},
		{t.Categorised, func(p *mealieParts) *[]object { return &p.labels }},
		{t.Tagged, func(p *mealieParts) *[]object { return &p.labels }},
	} {
		for _, row := range each.table {
			id := idOf(row.raw("recipe_id"))
			if t.byRecipe[id] == nil {
				t.byRecipe[id] = &mealieParts{}
			}
			to := each.to(t.byRecipe[id])
			*to = append(*to, row)
		}
	}
	for _, f := range files {
		if folder, name, ok := strings.Cut(f.Name, "/images/original."); ok && !strings.Contains(name, "/") {
			t.pictureOfIDs[idOf(folder[strings.LastIndexByte(folder, '/')+1:])] = place + "/" + f.Name
		}
	}
}

// idOf returns an id without dashes, which folders have and SQLite's rows lack.
func idOf(id string) string { return strings.ReplaceAll(strings.ToLower(id), "-", "") }

func (t *mealieTables) recipe(place string, row object) found.Recipe {
	r := mealieHead(row)
	id := idOf(row.raw("id"))
	r.Place = place + "#" + cmp.Or(row.text("slug"), id)
	r.Picture = t.pictureOfIDs[id]
	if parts := t.byRecipe[id]; parts != nil {
		inOrder(parts.rows)
		inOrder(parts.steps)
		section := ""
		for _, it := range parts.rows {
			section = cmp.Or(it.text("title"), section)
			if line := mealieLine(it, t.names[idOf(it.raw("unit_id"))], t.names[idOf(it.raw("food_id"))]); line != "" {
				r.Ingredients = append(r.Ingredients, events.Ingredient{Text: line, Section: section})
			}
		}
		mealieSteps(&r, parts.steps)
		mealieNotes(&r, parts.notes)
		if len(parts.nutrition) > 0 {
			r.Nutrition = mealieNutrition(parts.nutrition[0])
		}
		for _, label := range parts.labels {
			if name := t.names[idOf(label.raw("tag_id", "category_id"))]; name != "" && !slices.Contains(r.Tags, name) {
				r.Tags = append(r.Tags, name)
			}
		}
	}
	r.Finish()
	return r
}

func inOrder(rows []object) {
	slices.SortStableFunc(rows, func(a, b object) int { return cmp.Compare(a.number("position"), b.number("position")) })
}
