// Package found holds the results of the readers of pages, texts and archives: recipes as found,
// not yet a cook's, and the material that couldn't be read.
package found

import (
	"unicode/utf8"

	"larder.dev/events"
	"larder.dev/recipe"
)

// Recipe is a recipe as found. It isn't checked against the limits of a recipe: violations are
// doubts, which the cook who reviews it can fix.
type Recipe struct {
	Place        string              `json:"place"` // where it was found
	Name         string              `json:"name"`
	Description  string              `json:"description"`
	Servings     *float64            `json:"servings"`
	Yield        string              `json:"yield"` // as written, "12 slices"
	PrepMinutes  *int                `json:"prep_minutes"`
	CookMinutes  *int                `json:"cook_minutes"`
	TotalMinutes *int                `json:"total_minutes"`
	Ingredients  []events.Ingredient `json:"ingredients"`
	Steps        []events.Step       `json:"steps"`
	Notes        string              `json:"notes"`
	Tags         []string            `json:"tags"`
	SourceURL    string              `json:"source_url"`
	ImageURL     string              `json:"image_url"`
	Picture      string              `json:"picture"` // the place of its picture in an archive
	Language     string              `json:"language"`
	Author       string              `json:"author"`
	Nutrition    events.Nutrition    `json:"nutrition"`
	Doubts       []Doubt             `json:"doubts"`

	// Guessed is true if nothing marks the ingredients: they are lines that read as such.
	Guessed bool `json:"-"`

	summed bool // TotalMinutes is the sum of its parts, and wasn't stated
}

// Own returns a recipe that Larder itself wrote whole.
func Own(d recipe.Draft) Recipe {
	return Recipe{
		Name: d.Name, Description: d.Description, Servings: d.Servings, Yield: d.Yield,
		PrepMinutes: d.PrepMinutes, CookMinutes: d.CookMinutes, TotalMinutes: d.TotalMinutes,
		Author: d.Author, Language: d.Language, Nutrition: d.Nutrition, SourceURL: d.SourceURL,
		Tags: d.Tags, Notes: d.Notes, Ingredients: d.Ingredients, Steps: d.Steps,
	}
}

// Doubt is something that a cook should check before storing the recipe.
type Doubt struct {
	Field string `json:"field"`
	Text  string `json:"text"`
	Why   string `json:"why"`
}

// Failure is a piece of the material that gave no recipe.
type Failure struct {
	Place  string `json:"place"`
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Doubt records something to check.
func (r *Recipe) Doubt(field, text, why string) {
	r.Doubts = append(r.Doubts, Doubt{Field: field, Text: text, Why: why})
}

// Draft returns the recipe as a cook would write it. A total that wasn't stated is left out, or it
// would be wrong as soon as a cook changes a part. So is what has no place in a recipe and isn't
// needed to cook it: a language that is no tag, an endless author.
func (r *Recipe) Draft() recipe.Draft {
	draft := recipe.Draft{
		Name: r.Name, Description: r.Description, Servings: r.Servings, Yield: within(r.Yield, recipe.MaxYield),
		PrepMinutes: r.PrepMinutes, CookMinutes: r.CookMinutes, TotalMinutes: r.TotalMinutes,
		SourceURL: r.SourceURL, Author: within(r.Author, recipe.MaxAuthor), Nutrition: r.Nutrition,
		Tags: r.Tags, Notes: r.Notes, Ingredients: r.Ingredients, Steps: r.Steps,
	}
	if r.summed {
		draft.TotalMinutes = nil
	}
	if language, ok := recipe.Language(r.Language); ok {
		draft.Language = within(language, recipe.MaxLanguage)
	}
	draft.Nutrition.Each(func(_ string, value *string) { *value = within(*value, recipe.MaxNutrition) })
	return draft
}

// within returns a text on one line, or "" if that is longer than the limit.
func within(text string, limit int) string {
	line := Line(text)
	if utf8.RuneCountInString(line) > limit {
		return ""
	}
	return line
}

// Empty reports whether there is nothing to cook from.
func (r *Recipe) Empty() bool { return len(r.Ingredients) == 0 && len(r.Steps) == 0 }

// Finish parses the rows, turns nil lists into empty ones, and records what is missing or beyond
// the limits of a recipe. A reader calls it last.
func (r *Recipe) Finish() {
	r.addTimes()
	understood, _ := recipe.Understood(events.Recipe{Ingredients: r.Ingredients})
	r.Ingredients = understood.Ingredients
	if r.Ingredients == nil {
		r.Ingredients = []events.Ingredient{}
	}
	if r.Steps == nil {
		r.Steps = []events.Step{}
	}
	if r.Tags == nil {
		r.Tags = []string{}
	}
	r.missing()
	r.beyondLimits()
	if r.Doubts == nil {
		r.Doubts = []Doubt{}
	}
}

// addTimes adds up the parts if no total was stated.
func (r *Recipe) addTimes() {
	if r.TotalMinutes != nil || (r.PrepMinutes == nil && r.CookMinutes == nil) {
		return
	}
	sum := 0
	for _, part := range []*int{r.PrepMinutes, r.CookMinutes} {
		if part != nil {
			sum += *part
		}
	}
	r.TotalMinutes, r.summed = &sum, true
}

func (r *Recipe) missing() {
	if r.Name == "" {
		r.Doubt("name", "", "no name was found")
	}
	if len(r.Ingredients) == 0 {
		r.Doubt("ingredients", "", "no ingredients were found")
	}
	if len(r.Steps) == 0 {
		r.Doubt("steps", "", "no steps were found")
	}
}

func (r *Recipe) beyondLimits() {
	const long, many = "longer than a recipe's may be", "more than a recipe may have"
	limit := func(field, text string, most int) {
		if utf8.RuneCountInString(text) > most {
			r.Doubt(field, text, long)
		}
	}
	limit("name", r.Name, recipe.MaxName)
	limit("description", r.Description, recipe.MaxText)
	limit("source_url", r.SourceURL, recipe.MaxSource)
	limit("yield", r.Yield, recipe.MaxYield)
	limit("author", r.Author, recipe.MaxAuthor)
	r.Nutrition.Each(func(_ string, value *string) { limit("nutrition", *value, recipe.MaxNutrition) })
	for _, row := range r.Ingredients {
		limit("ingredients", row.Text, recipe.MaxLine)
		limit("ingredients", row.Section, recipe.MaxSection)
	}
	for _, step := range r.Steps {
		limit("steps", step.Text, recipe.MaxStep)
		limit("steps", step.Section, recipe.MaxSection)
	}
	if len(r.Ingredients) > recipe.MaxIngredients {
		r.Doubt("ingredients", "", many)
	}
	if len(r.Steps) > recipe.MaxSteps {
		r.Doubt("steps", "", many)
	}
}
