package recipe_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/recipe"
	"larder.dev/recipe/units"
)

// anyDraft makes drafts, many valid and many invalid.
func anyDraft() *rapid.Generator[recipe.Draft] {
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a-zA-Zäöü ½\t\r\n]{0,30}`), rapid.Just("e\u0301"))
	number := rapid.Ptr(rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 100)), true)
	minutes := rapid.Ptr(rapid.IntRange(-1, recipe.MaxMinutes+1), true)
	row := rapid.Custom(func(t *rapid.T) events.Ingredient {
		return events.Ingredient{
			Text: text.Draw(t, "text"), Quantity: number.Draw(t, "quantity"), QuantityMax: number.Draw(t, "quantity_max"),
			Unit: text.Draw(t, "unit"), Name: text.Draw(t, "name"), Note: text.Draw(t, "note"), Section: text.Draw(t, "section"),
		}
	})
	step := rapid.Custom(func(t *rapid.T) events.Step {
		return events.Step{Text: text.Draw(t, "text"), Section: text.Draw(t, "section")}
	})
	return rapid.Custom(func(t *rapid.T) recipe.Draft {
		return recipe.Draft{
			Name: text.Draw(t, "name"), Description: text.Draw(t, "description"), Servings: number.Draw(t, "servings"),
			PrepMinutes: minutes.Draw(t, "prep"), CookMinutes: minutes.Draw(t, "cook"), TotalMinutes: minutes.Draw(t, "total"),
			Yield: text.Draw(t, "yield"), Author: text.Draw(t, "author"),
			Language:  rapid.OneOf(rapid.SampledFrom([]string{"", "de", "pt_br", "EN-us", "zh-Hant", "xx_YY"}), text).Draw(t, "language"),
			Nutrition: events.Nutrition{Calories: text.Draw(t, "calories"), FatContent: text.Draw(t, "fat")},
			SourceURL: rapid.OneOf(rapid.Just(""), rapid.Just("https://example.org/ä b"), text).Draw(t, "url"),
			Tags:      rapid.SliceOfN(text, 0, 4).Draw(t, "tags"), Notes: text.Draw(t, "notes"),
			Ingredients: rapid.SliceOfN(row, 0, 4).Draw(t, "ingredients"), Steps: rapid.SliceOfN(step, 0, 3).Draw(t, "steps"),
		}
	})
}

// fitDraft makes clean drafts.
func fitDraft() *rapid.Generator[recipe.Draft] {
	line := rapid.StringMatching(`[a-zäöü½0-9<&'][a-zäöü0-9 ]{0,20}`)
	number := rapid.Float64Range(0, recipe.MaxQuantity)
	return rapid.Custom(func(t *rapid.T) recipe.Draft {
		d := recipe.Draft{Name: line.Draw(t, "name"), Servings: rapid.Ptr(rapid.Float64Range(0.25, 100), true).Draw(t, "servings")}
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			quantity := number.Draw(t, "quantity")
			d.Ingredients = append(d.Ingredients, rapid.OneOf(
				rapid.Just(events.Ingredient{Text: line.Draw(t, "text")}),
				rapid.Just(events.Ingredient{Name: line.Draw(t, "name"), Quantity: &quantity, Unit: "g"}),
			).Draw(t, "row"))
		}
		clean, err := d.Clean()
		if err != nil {
			t.Fatalf("the generator made %v: %v", d, err)
		}
		return clean
	})
}

// Cleaning a clean draft changes nothing, or sending a recipe back would change it.
func TestCleanIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		once, err := anyDraft().Draw(t, "draft").Clean()
		if err != nil {
			return
		}
		twice, err := once.Clean()
		if err != nil {
			t.Fatalf("clean twice: %v", err)
		}
		require.Equal(t, once, twice)
	})
}

// Whatever goes into Clean, its result can be stored, published and shown, and its errors name the
// field.
func TestCleanLetsOnlyTextThrough(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		clean, err := anyDraft().Draw(t, "draft").Clean()
		var invalid recipe.Invalid
		if errors.As(err, &invalid) {
			for _, f := range invalid {
				require.NotEmpty(t, f.Field)
				require.NotEmpty(t, f.Detail)
			}
			return
		}
		require.NoError(t, err)
		require.NotEmpty(t, clean.Name)
		for _, text := range append([]string{clean.Name, clean.SourceURL}, clean.Tags...) {
			requireLine(t, text)
		}
		for _, row := range clean.Ingredients {
			require.NotEmpty(t, row.Text)
			require.LessOrEqual(t, utf8.RuneCountInString(row.Text), recipe.MaxLine)
			requireLine(t, row.Text+row.Unit+row.Name+row.Note+row.Section)
		}
		_, err = recipe.EncodeRecipe(recipe.Create("id", 0, clean, time.Now()))
		require.NoError(t, err)
	})
}

func requireLine(t require.TestingT, text string) {
	require.True(t, utf8.ValidString(text))
	require.False(t, strings.ContainsFunc(text, unicode.IsControl), "%q", text)
	require.Equal(t, norm.NFC.String(text), text)
}

// A line composed of parts never exceeds the limit of a line.
func TestALineOfPartsFits(t *testing.T) {
	t.Parallel()
	for _, quantity := range []float64{0, 1e-300, 1.0 / 3, recipe.MaxQuantity - 1.0/3} {
		most := float64(recipe.MaxQuantity)
		clean, err := recipe.Draft{Name: "a", Ingredients: []events.Ingredient{{
			Quantity: &quantity, QuantityMax: &most, Unit: strings.Repeat("u", recipe.MaxUnit),
			Name: strings.Repeat("n", recipe.MaxItem), Note: strings.Repeat("m", recipe.MaxNote),
		}}}.Clean()
		require.NoError(t, err)
		require.LessOrEqual(t, utf8.RuneCountInString(clean.Ingredients[0].Text), recipe.MaxLine)
	}
}

// Each change increments the version, keeps what a cook can't write, and leaves the previous recipe
// unchanged.
func TestChangesGiveTheNextVersion(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		first, second := fitDraft().Draw(t, "first"), fitDraft().Draw(t, "second")
		before := rapid.Int64Range(0, 1000).Draw(t, "before")
		start := time.Unix(1_700_000_000, 0).UTC()
		created := recipe.Create("id", before, first, start)
		created.Files = []events.File{{ID: "file"}}
		was := created
		replaced := recipe.Replace(created, second, start.Add(time.Hour))
		deleted := recipe.Delete(replaced, start.Add(2*time.Hour))

		require.Equal(t, was, created)
		require.Equal(t, []int64{before + 1, before + 2, before + 3}, []int64{created.Version, replaced.Version, deleted.Version})
		require.Equal(t, understood(second), draftOf(replaced))
		require.Equal(t, understood(second), draftOf(deleted))
		require.Equal(t, created.Files, deleted.Files)
		require.Equal(t, start, deleted.CreatedAt)
		require.Equal(t, start.Add(2*time.Hour), deleted.UpdatedAt)
	})
}

// A clock that was set back, or another machine's clock, never makes a change older than the
// previous one.
func TestAChangeIsNeverOlderThanTheOneBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := func(label string) time.Time {
			return time.Unix(1_700_000_000+rapid.Int64Range(-7200, 7200).Draw(t, label), 0).UTC()
		}
		created := recipe.Create("id", 0, fitDraft().Draw(t, "first"), now("created"))
		replaced := recipe.Replace(created, fitDraft().Draw(t, "second"), now("replaced"))
		deleted := recipe.Delete(replaced, now("deleted"))
		require.False(t, replaced.UpdatedAt.Before(created.CreatedAt))
		require.False(t, deleted.UpdatedAt.Before(replaced.UpdatedAt))
		require.Equal(t, created.CreatedAt, deleted.CreatedAt)
	})
}

// Scaling up and back gives the original amounts, and the list has as many rows as were chosen.
func TestGroceryScales(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := recipe.Create("id", 0, fitDraft().Draw(t, "draft"), time.Now())
		chosen := rapid.SliceOfNDistinct(rapid.IntRange(0, len(r.Ingredients)-1), 1, -1, rapid.ID).Draw(t, "chosen")
		request := recipe.GroceryRequest{Ingredients: chosen}
		factor := 1.0
		if r.Servings != nil {
			factor = rapid.Float64Range(0.1, 10).Draw(t, "factor")
			servings := *r.Servings * factor
			request.Servings = &servings
		}
		grocery, err := recipe.Grocery("request", r, request)
		require.NoError(t, err)
		require.Len(t, grocery.Items, len(chosen))
		items := grocery.Items
		for i, row := range r.Ingredients {
			if !slices.Contains(chosen, i) {
				continue
			}
			item := items[0]
			items = items[1:]
			require.NotEmpty(t, item.Text)
			if row.Quantity != nil {
				require.InDelta(t, *row.Quantity*factor, *item.Quantity, 1e-6)
				require.Equal(t, row.Name, item.Name)
			}
		}
	})
}

// A request that can't go on a list is rejected and names the field.
func TestGroceryRefuses(t *testing.T) {
	t.Parallel()
	four, nan, nothing := 4.0, math.NaN(), 5e-324
	unscaled := recipe.Create("id", 0, recipe.Draft{Name: "a", Ingredients: []events.Ingredient{{Text: "salt"}}}, time.Now())
	forNobody := recipe.Create("id", 0, recipe.Draft{Name: "a", Servings: &nothing, Ingredients: unscaled.Ingredients}, time.Now())
	for name, c := range map[string]struct {
		recipe  events.Recipe
		request recipe.GroceryRequest
		field   string
	}{
		"no servings to scale by": {unscaled, recipe.GroceryRequest{Servings: &four}, "servings"},
		"next to no servings":     {forNobody, recipe.GroceryRequest{Servings: &four}, "servings"},
		"for next to nobody":      {unscaled, recipe.GroceryRequest{Servings: &nothing}, "servings"},
		"not a number":            {unscaled, recipe.GroceryRequest{Servings: &nan}, "servings"},
		"no such row":             {unscaled, recipe.GroceryRequest{Ingredients: []int{0, 1}}, "ingredients[1]"},
		"none chosen":             {unscaled, recipe.GroceryRequest{Ingredients: []int{}}, "ingredients"},
		"none there":              {events.Recipe{}, recipe.GroceryRequest{}, "ingredients"},
	} {
		_, err := recipe.Grocery("request", c.recipe, c.request)
		var invalid recipe.Invalid
		require.ErrorAs(t, err, &invalid, name)
		require.Equal(t, c.field, invalid[0].Field, name)
	}
}

// understood returns a draft with the parts that its lines say.
func understood(d recipe.Draft) recipe.Draft {
	whole, _ := recipe.Understood(events.Recipe{Ingredients: d.Ingredients})
	d.Ingredients = whole.Ingredients
	return d
}

// draftOf returns what a cook wrote of an existing recipe.
func draftOf(r events.Recipe) recipe.Draft {
	return recipe.Draft{
		Name:         r.Name,
		Description:  r.Description,
		Servings:     r.Servings,
		Yield:        r.Yield,
		PrepMinutes:  r.PrepMinutes,
		CookMinutes:  r.CookMinutes,
		TotalMinutes: r.TotalMinutes,
		SourceURL:    r.SourceURL,
		Author:       r.Author,
		Language:     r.Language,
		Nutrition:    r.Nutrition,
		Tags:         r.Tags,
		Notes:        r.Notes,
		Ingredients:  r.Ingredients,
		Steps:        r.Steps,
	}
}

// The list gets the line in its writer's words, as the page shows it, with numbers in the cook's
// language.
func TestGroceryKeepsTheWords(t *testing.T) {
	t.Parallel()
	two, five := 2.0, 5.0
	kilo := 1.5
	r := recipe.Create("id", 0, recipe.Draft{Name: "a", Servings: &two, Ingredients: []events.Ingredient{
		{Text: "1 EL Öl"},
		{Text: "1,5 kg Mehl", Quantity: &kilo, Unit: "kg", Name: "Mehl"},
		{Text: "2 Knoblauchzehen, gehackt", Quantity: &two, Unit: "clove", Name: "Knoblauch", Note: "gehackt"},
		{Text: "Salz"},
	}}, time.Now())
	grocery, err := recipe.Grocery("request", r, recipe.GroceryRequest{Servings: &five, Locale: units.LocaleOf("de-DE,en;q=0.5")})
	require.NoError(t, err)
	texts := make([]string, 0, len(grocery.Items))
	for _, item := range grocery.Items {
		texts = append(texts, item.Text)
	}
	require.Equal(t, []string{"2 ½ EL Öl", "3,75 kg Mehl", "5 Knoblauchzehen, gehackt", "Salz"}, texts)
}
