package page

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/importer/text"
	"larder.dev/recipe"
	"larder.dev/recipe/enclosed"
)

// things are the items of a page: its recipes in page order, and items that others refer to.
type things struct {
	recipes []item
	byID    map[string]item
	visits  int
}

const (
	// maxRecipes limits how many recipes are collected from a page.
	maxRecipes = 200
	// maxVisits limits how many steps are visited, even if items refer to each other in a cycle.
	maxVisits = 20_000
)

func collect(values []any) *things {
	t := &things{byID: map[string]item{}}
	for _, value := range values {
		t.add(value, 0)
	}
	return t
}

// add finds items in a value and its properties: a page has its recipe as main entity, in a list,
// or in a graph.
func (t *things) add(value any, depth int) {
	if depth > found.MaxDepth {
		return
	}
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			t.add(each, depth+1)
		}
	case map[string]any:
		it := item(v)
		if id, ok := it["@id"].(string); ok && len(it) > 1 && len(it) > len(t.byID[id]) {
			t.byID[id] = it
		}
		if it.is("Recipe") {
			t.recipe(it)
		}
		for _, key := range slices.Sorted(mapKeys(v)) {
			t.add(v[key], depth+1)
		}
	}
}

func mapKeys(m map[string]any) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

// recipe adds a recipe, or merges it with a known one: on many pages, two programs describe the
// same recipe.
func (t *things) recipe(it item) {
	for _, known := range t.recipes {
		sameID := it["@id"] != nil && it["@id"] == known["@id"]
		name := it.text("name")
		if !sameID && (name == "" || !strings.EqualFold(name, known.text("name"))) {
			continue
		}
		for key, value := range it {
			if blank(known[key]) {
				known[key] = value
			}
		}
		return
	}
	if len(t.recipes) < maxRecipes {
		t.recipes = append(t.recipes, it)
	}
}

// follow returns the item that a bare reference points to.
func (t *things) follow(value any) any {
	it, ok := asItem(value)
	if !ok {
		return value
	}
	if id, isText := it["@id"].(string); isText {
		if known, there := t.byID[id]; there && len(known) > len(it) {
			return map[string]any(known)
		}
	}
	return value
}

// recipesOf reads the recipes among values. Those with only a name, such as a page's list of
// similar ones, count only if there are no others.
func recipesOf(values []any) []found.Recipe {
	t := collect(values)
	var whole, named []found.Recipe
	for _, it := range t.recipes {
		r := t.read(it)
		if r.Empty() {
			named = append(named, r)
		} else {
			whole = append(whole, r)
		}
	}
	if len(whole) == 0 && len(named) > 0 {
		return named[:1]
	}
	return whole
}

func (t *things) read(it item) found.Recipe {
	if own, is := enclosed.Of(it); is {
		return found.Own(own)
	}
	r := found.Recipe{
		Name:        it.text("name", "headline"),
		Description: it.text("description"),
		SourceURL:   it.text("url", "mainEntityOfPage"),
		ImageURL:    t.image(it.property("image", "thumbnailUrl")),
		Language:    t.language(it.property("inLanguage", "language")),
		Author:      t.authors(it.property("author", "creator")),
		Nutrition:   t.nutrition(it.property("nutrition")),
		Tags:        tags(it),
	}
	r.SetYield(textsOf(it.property("recipeYield", "yield"))...)
	r.PrepMinutes = t.minutes(&r, "prep_minutes", it.property("prepTime"))
	r.CookMinutes = t.minutes(&r, "cook_minutes", it.property("cookTime", "performTime"))
	r.TotalMinutes = t.minutes(&r, "total_minutes", it.property("totalTime"))
	r.Ingredients = ingredientRows(it.property("recipeIngredient", "ingredients", "ingredient"))
	if len(r.Ingredients) > 1 && labels(text.Ingredients, r.Ingredients[0].Text) {
		r.Ingredients = r.Ingredients[1:]
	}
	r.Steps = t.steps(it.property("recipeInstructions", "instructions", "step"))
	if len(r.Steps) > 1 && labels(text.Steps, r.Steps[0].Text) {
		r.Steps = found.Unnumbered(r.Steps[1:])
	}
	return r
}

// labels reports whether a line is the label of a part, which some pages mark along with it.
func labels(part, line string) bool {
	label, ok := text.Labels(line)
	return ok && label == part
}

func (t *things) minutes(r *found.Recipe, field string, value any) *int {
	said := textOf(value)
	if it, ok := asItem(value); ok {
		said = it.text("maxValue", "@value", "value", "name", "text")
	}
	minutes := found.Minutes(said)
	if minutes == nil && strings.ContainsAny(said, "123456789") {
		r.Doubt(field, said, "not understood as a time")
	}
	return minutes
}

func (t *things) image(value any) string {
	for _, each := range list(value) {
		switch v := t.follow(each).(type) {
		case string:
			if address := strings.TrimSpace(v); address != "" {
				return address
			}
		case map[string]any:
			if url := item(v).text("url", "contentUrl", "thumbnailUrl", "@id"); url != "" {
				return url
			}
		}
	}
	return ""
}

func (t *things) language(value any) string {
	if it, ok := asItem(value); ok {
		return it.text("alternateName", "name")
	}
	return textOf(value)
}

// nutrition reads a NutritionInformation. A value of any other name has no place.
func (t *things) nutrition(value any) (n events.Nutrition) {
	for _, each := range list(value) {
		it, ok := asItem(t.follow(each))
		if !ok {
			continue
		}
		n.Each(func(name string, to *string) { *to = cmp.Or(*to, found.Line(it.text(name))) })
	}
	return n
}

func (t *things) authors(value any) string {
	var names []string
	for _, each := range list(value) {
		name := textOf(t.follow(each))
		if it, ok := asItem(t.follow(each)); ok {
			name = it.text("name")
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// tags returns a page's categories for a recipe, each once.
func tags(it item) []string {
	var all []string
	for _, property := range []string{"recipeCategory", "recipeCuisine", "keywords", "suitableForDiet"} {
		for _, named := range textsOf(it.property(property)) {
			if property == "suitableForDiet" {
				named = dietName(named)
			}
			for tag := range strings.FieldsFuncSeq(named, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
				tag = strings.TrimSpace(tag)
				known := slices.ContainsFunc(all, func(other string) bool { return strings.EqualFold(other, tag) })
				if tag != "" && !known && utf8.RuneCountInString(tag) <= recipe.MaxTag && len(all) < recipe.MaxTags {
					all = append(all, tag)
				}
			}
		}
	}
	return all
}

// dietName turns "https://schema.org/GlutenFreeDiet" into "Gluten Free".
func dietName(name string) string {
	name = strings.TrimSuffix(local(name), "Diet")
	var out strings.Builder
	for i, r := range name {
		if i > 0 && unicode.IsUpper(r) && name[i-1] != ' ' {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
	}
	return out.String()
}
