package recipe_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/recipe"
	"larder.dev/recipe/ingredient"
)

// rows decodes ingredient rows as they arrive over HTTP.
func rows(t require.TestingT, text string) []events.Ingredient {
	var list []events.Ingredient
	require.NoError(t, json.Unmarshal([]byte(text), &list))
	return list
}

// A row sent as text alone gets its parts. Rows with parts keep them, and get what they lack from
// the line where both agree.
func TestRowsGetTheirParts(t *testing.T) {
	t.Parallel()
	for sent, kept := range map[string]string{
		`{"text": "200 g basmati rice"}`: `{"text": "200 g basmati rice", "quantity": 200, "unit": "g", "name": "basmati rice"}`,
		`{"text": "1 lb (500 g) beef, minced", "section": "Ragù"}`: `{"text": "1 lb (500 g) beef, minced", "quantity": 1, "unit": "lb",
			"name": "beef", "note": "minced", "section": "Ragù", "second": {"quantity": 500, "unit": "g", "relation": "same"}}`,
		`{"text": "salt"}`:                         `{"text": "salt", "name": "salt"}`,
		`{"text": "200 g rice", "note": "rinsed"}`: `{"text": "200 g rice", "quantity": 200, "unit": "g", "name": "rice", "note": "rinsed"}`,
		// Parts that were sent stay, whatever the line says.
		`{"text": "200 g rice", "quantity": 3, "unit": "cup", "name": "rice"}`: `{"text": "200 g rice", "quantity": 3, "unit": "cup", "name": "rice"}`,
		`{"text": "200 g rice", "quantity": 3, "unit": "cup"}`:                 `{"text": "200 g rice", "quantity": 3, "unit": "cup"}`,
		// With only the food or only the amount, the rest comes from the line.
		`{"text": "200 g basmati rice", "name": "rice"}`:               `{"text": "200 g basmati rice", "quantity": 200, "unit": "g", "name": "rice"}`,
		`{"text": "200 g basmati rice", "quantity": 200, "unit": "g"}`: `{"text": "200 g basmati rice", "quantity": 200, "unit": "g", "name": "basmati rice"}`,
		`{"text": "200 g basmati rice", "unit": "kg", "name": "rice"}`: `{"text": "200 g basmati rice", "unit": "kg", "name": "rice"}`,
		// Rows that predate second measures.
		`{"text": "2 cans (400 g each) beans", "quantity": 2, "unit": "cans", "name": "beans"}`: `{"text": "2 cans (400 g each) beans", "quantity": 2,
			"unit": "cans", "name": "beans", "second": {"quantity": 400, "unit": "g", "relation": "each"}}`,
		`{"text": "2 cans (400 g each) beans", "quantity": 3, "unit": "cans", "name": "beans"}`: `{"text": "2 cans (400 g each) beans", "quantity": 3,
			"unit": "cans", "name": "beans"}`,
	} {
		clean, err := recipe.Draft{Name: "a", Ingredients: rows(t, "["+sent+"]")}.Clean()
		require.NoError(t, err)
		created := recipe.Create("id", 0, clean, time.Now())
		require.Equal(t, rows(t, "["+kept+"]"), created.Ingredients, sent)

		whole, more := recipe.Understood(created)
		require.False(t, more, "what is kept is whole: %s", sent)
		require.Equal(t, created, whole)
	}
}

// A line whose parts exceed the limits stays text, or clients couldn't send the recipe back.
func TestPartsStayWithinTheLimits(t *testing.T) {
	t.Parallel()
	for _, text := range []string{strings.Repeat("ä", recipe.MaxLine), "200 g " + strings.Repeat("long ", 60)} {
		whole, more := recipe.Understood(events.Recipe{Ingredients: []events.Ingredient{{Text: text}}})
		require.False(t, more, text)
		require.Equal(t, []events.Ingredient{{Text: text}}, whole.Ingredients)
	}
}

// anyLines makes recipes from lines as cooks write them.
func anyLines() *rapid.Generator[recipe.Draft] {
	line := rapid.OneOf(
		rapid.SampledFrom([]string{
			"200 g basmati rice", "1 lb (500 g) beef", "2-3 eggs, beaten", "salt", "½ TL Zimt", "2 (14 oz) cans tomatoes", "1 cup plus 2 tbsp oil",
			"1 pinch of salt", "200", "10 g", "- 3 cloves garlic", "for the sauce: 1 egg", "(optional)", "3 x 15 ml oil", "eggs 4 (72 g)",
		}),
		rapid.StringMatching(`[0-9½,./ ()-]{0,6}(g|kg|cups?|EL|x|) ?[a-zäß (),0-9]{1,20}`),
		rapid.String(),
	)
	return rapid.Custom(func(t *rapid.T) recipe.Draft {
		d := recipe.Draft{Name: "Lines"}
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			d.Ingredients = append(d.Ingredients, events.Ingredient{Text: line.Draw(t, "text")})
		}
		clean, err := d.Clean()
		if err != nil {
			t.Skip("no fit lines")
		}
		return clean
	})
}

// Sending a recipe back as it was read changes nothing: with parts or lines alone, from callers
// that know second measures or don't, and for recipes stored without parts.
func TestWhatIsSentBackIsTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lines := anyLines().Draw(t, "lines")
		created := recipe.Create("id", 0, lines, time.Now())
		kept := created
		kept.Ingredients = lines.Ingredients
		back := draftOf(created)
		older := back
		older.Ingredients = append([]events.Ingredient{}, back.Ingredients...)
		for i := range older.Ingredients {
			older.Ingredients[i].Second = nil
		}
		for _, sent := range []recipe.Draft{lines, back, older} {
			clean, err := sent.Clean()
			require.NoError(t, err)
			for _, before := range []events.Recipe{created, kept} {
				after := recipe.Replace(before, clean, time.Now())
				require.True(t, recipe.SameWriting(before, after), "%v\n%v", before.Ingredients, after.Ingredients)
				require.Equal(t, created.Ingredients, after.Ingredients)
			}
		}
	})
}

// Changing a letter in one line leaves the others unchanged, and that line gets the parts of its
// new words, even if the caller sends the old parts along.
func TestAChangedLineIsReadAnew(t *testing.T) {
	t.Parallel()
	before := events.Recipe{Name: "a", Tags: []string{}, Steps: []events.Step{}, Ingredients: rows(t, `[
		{"text": "200 g basmati rice", "quantity": 200, "unit": "g", "name": "basmati rice"},
		{"text": "two knobs of butter", "quantity": 2, "unit": "knob", "name": "my butter"},
		{"text": "1 lb (500 g) beef", "quantity": 1, "unit": "lb", "name": "beef", "second": {"quantity": 500, "unit": "g", "relation": "same"}},
		{"text": "salt"}]`)}
	sent := draftOf(before)
	sent.Ingredients = rows(t, `[
		{"text": "250 g basmati rice", "quantity": 200, "unit": "g", "name": "basmati rice"},
		{"text": "two knobs of butter", "section": "Top"},
		{"text": "2 lb (1 kg) beef", "quantity": 1, "unit": "lb", "name": "beef"},
		{"text": "2 pinches of salt", "name": "salt"}]`)
	after := recipe.Replace(before, sent, time.Now())
	require.False(t, recipe.SameWriting(before, after))
	salt, _ := recipe.Understood(events.Recipe{Ingredients: []events.Ingredient{{Text: "2 pinches of salt"}}})
	require.Equal(t, append(rows(t, `[
		{"text": "250 g basmati rice", "quantity": 250, "unit": "g", "name": "basmati rice"},
		{"text": "two knobs of butter", "quantity": 2, "unit": "knob", "name": "my butter", "section": "Top"},
		{"text": "2 lb (1 kg) beef", "quantity": 2, "unit": "lb", "name": "beef", "second": {"quantity": 1, "unit": "kg", "relation": "same"}}]`),
		salt.Ingredients...), after.Ingredients)

	// Changing the parts of an existing line is a change like any other.
	sent = draftOf(before)
	sent.Ingredients = rows(t, `[{"text": "200 g basmati rice", "quantity": 2, "unit": "cup", "name": "rice"}]`)
	require.Equal(t, sent.Ingredients, recipe.Replace(before, sent, time.Now()).Ingredients)
}

// An earlier version stored as text alone is restored with its parts.
func TestARestoredVersionIsUnderstood(t *testing.T) {
	t.Parallel()
	past := events.Recipe{Name: "a", Ingredients: []events.Ingredient{{Text: "200 g rice"}}}
	restored := recipe.Restore(events.Recipe{Name: "b"}, true, past, time.Now())
	require.Equal(t, rows(t, `[{"text": "200 g rice", "quantity": 200, "unit": "g", "name": "rice"}]`), restored.Ingredients)
	require.Equal(t, []events.Ingredient{{Text: "200 g rice"}}, past.Ingredients)
}

// The added parts are the parser's, and none exceeds a limit.
func TestUnderstoodIsWhatTheParserSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		created := recipe.Create("id", 0, anyLines().Draw(t, "lines"), time.Now())
		for _, row := range created.Ingredients {
			parsed := ingredient.Parse(row.Text)
			if row.Name == "" && row.Quantity == nil {
				continue
			}
			require.Equal(t, parsed.Quantity, row.Quantity)
			require.Equal(t, parsed.Second == nil, row.Second == nil)
			require.LessOrEqual(t, utf8.RuneCountInString(row.Name), recipe.MaxItem)
			require.LessOrEqual(t, utf8.RuneCountInString(row.Note), recipe.MaxNote)
		}
		_, err := draftOf(created).Clean()
		require.NoError(t, err)
	})
}
