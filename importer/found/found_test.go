package found_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/importer/found"
	"larder.dev/recipe"
)

// Times are read as programs and people write them; 0 stands for none.
func TestMinutes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"PT1H30M": 90, "PT90M": 90, "P1DT2H": 1560, "P0Y0M0DT0H35M0.000S": 35, "PT90S": 2, "pt20m": 20, "P30M": 30, "PT0M": 0, "PT1.5H": 90,
		"90": 90, "1:30": 90, "1 hour 30 minutes": 90, "1 1/2 hours": 90, "1-1/2 hours": 90, "½ hour": 30, "1½ Stunden": 90, "2,5 Std.": 150,
		"12-15 minutes": 15, "1 to 2 hours": 120, "40 à 45 minutes": 45, "1 h 15 min": 75, "1h15m": 75, "45 perc": 45, "2 dagen": 2880,
		"1 hora y 20 minutos": 80, "30 min + 1 h": 90, "&frac12; hour": 30, "": 0, "overnight": 0, "PT": 0, "999999999 hours": 0,
	} {
		minutes := 0
		if read := found.Minutes(text); read != nil {
			minutes = *read
		}
		require.Equal(t, want, minutes, text)
	}
}

// Servings is the number that the amounts are for; 0 stands for none.
func TestServings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]float64{
		"4": 4, "Serves 4": 4, "4-6 servings": 6, "4 to 6": 6, "für 4 bis 6 Personen": 6, "12 slices": 12, "2 dozen": 24, "1,5 l": 1.5,
		"Makes one": 0, "": 0, "1 (9-inch) pie": 1, "8 servings (2-3 pieces each)": 8, "0": 0,
	} {
		servings := 0.0
		if read, _ := found.Servings(text); read != nil {
			servings = *read
		}
		require.InDelta(t, want, servings, 1e-9, text)
	}
}

// A yield given twice keeps only the more informative words.
func TestYield(t *testing.T) {
	t.Parallel()
	var r found.Recipe
	r.SetYield("24", "24 cookies", "")
	require.Equal(t, "24 cookies", r.Yield)
	require.InDelta(t, 24, *r.Servings, 0)
	var plain found.Recipe
	plain.SetYield("4")
	require.Empty(t, plain.Yield)
}

// A line is a text as a browser shows it, without invisible characters.
func TestLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2&nbsp;cups  <b>flour</b>\n": "2 cups flour", "salt &amp;amp; pepper": "salt & pepper", "1<sup>1</sup>/<sub>2</sub> l": "1 1/2 l",
		"a<br>b": "a b", "bake < 10 min, > 5": "bake < 10 min, > 5", "soft\u00adened\u200b": "softened", "a\x00b<!-- x -->": "a b",
	} {
		require.Equal(t, want, found.Line(text), text)
	}
	require.Equal(t, []string{"One.", "Two.", "Three."}, found.Lines("<p>One.</p><p>Two.</p>\r\nThree."))
}

// A draft has a total only if one was stated, and leaves out what has no place in a recipe.
func TestDraftKeepsWhatIsStated(t *testing.T) {
	t.Parallel()
	r := found.Recipe{
		Name: "Tea", Yield: "2\npots", PrepMinutes: new(5), CookMinutes: new(10), Author: strings.Repeat("a", recipe.MaxAuthor+1),
		Language: "en_gb", Nutrition: events.Nutrition{Calories: "3 kcal", FatContent: strings.Repeat("0", recipe.MaxNutrition+1)},
	}
	r.Finish()
	require.Equal(t, new(15), r.TotalMinutes)
	draft := r.Draft()
	require.Nil(t, draft.TotalMinutes)
	require.Equal(t, "2 pots", draft.Yield)
	require.Equal(t, "en-GB", draft.Language)
	require.Empty(t, draft.Author)
	require.Equal(t, events.Nutrition{Calories: "3 kcal"}, draft.Nutrition)

	r = found.Recipe{Name: "Tea", TotalMinutes: new(45), Language: "Plain English"}
	r.Finish()
	draft = r.Draft()
	require.Equal(t, new(45), draft.TotalMinutes)
	require.Nil(t, draft.CookMinutes)
	require.Empty(t, draft.Language)
}
