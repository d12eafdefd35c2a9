package transfer

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/recipe"
)

const ada = "424c5464-eba6-47ff-b2af-047981f02500"

// A line without an id has had this one since the first version of import; otherwise a file would
// be added twice.
func TestTheIDOfALineStays(t *testing.T) {
	t.Parallel()
	for id, text := range map[string]string{
		"e9bc4408-3db0-5bf2-af9d-62146a26a9cd": `{"name":"Crème <brûlée>","servings":4,"source_url":"https://example.org/?a=1&b=2",` +
			`"tags":["sweet"],"ingredients":[{"text":"200 g sugar"},{"quantity":2,"unit":"dl","name":"cream","section":"Top"}],` +
			`"steps":[{"text":"Burn.\nServe."}]}`,
		"9282c99c-a40f-56b7-93d0-be0045f09c25": `{"name":"Toast"}`,
		"ca0f9d4c-163d-56c2-a21d-807f9b82e839": `{"name":"Donâ€™t"}`, // mended since
	} {
		l, err := parse(ada, []byte(text))
		require.NoError(t, err)
		require.Equal(t, id, l.id, text)
	}
	l, err := parse(ada, []byte(`{"name":"Donâ€™t"}`))
	require.NoError(t, err)
	require.Equal(t, "Don’t", l.draft.Name)
}

// A line's favourite and rating are taken as an export writes them; what a file from elsewhere has
// under these names is no mark, and no bad line.
func TestTheMarkOfALine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]recipe.Mark{
		`{"name":"Toast"}`: {},
		`{"name":"Toast","favourite":true,"rating":4}`:         {Favourite: true, Rating: new(4)},
		`{"name":"Toast","favourite":false,"rating":null}`:     {},
		`{"name":"Toast","favourite":"often","rating":"good"}`: {},
		`{"name":"Toast","favourite":true,"rating":6}`:         {Favourite: true},
		`{"name":"Toast","rating":4.5}`:                        {},
	} {
		l, err := parse(ada, []byte(text))
		require.NoError(t, err)
		require.Equal(t, want, l.mark, text)
		require.Empty(t, l.unknown)
	}
}

// Text garbled by Windows-1252 is mended, however many times it was garbled, and intended text
// stays.
func TestMendText(t *testing.T) {
	t.Parallel()
	for broken, want := range map[string]string{
		"Donâ€™t":                    "Don’t",
		"Don\u0092t \u0096 \u0085":   "Don’t – …",
		"CrÃ¨me brÃ»lÃ©e":            "Crème brûlée",
		"Ã\u00a0 point":              "à point",
		"â€œniceâ€\u009d, â€œniceâ€": "“nice”, “nice”",
		"Â½ cup, Â¼ tsp, 180Â°C":     "½ cup, ¼ tsp, 180°C",
		"2Â\u00a0eggs":               "2\u00a0eggs",
		"â…“ cup":                    "⅓ cup",
		"2â€“3 eggs":                 "2–3 eggs",
		"JalapeÃ±o, Ã–l, GewÃ¼rz":    "Jalapeño, Öl, Gewürz",
		"Å»urek z kieÅ‚basÄ…":        "Żurek z kiełbasą",
		"Donâ\u0080\u0099t":          "Don’t",
		"DonÃ¢â‚¬â„¢t":               "Don’t",
		"Pie ðŸ¥§":                   "Pie 🥧",
		"Ð¡Ð¾Ð»ÑŒ":                   "Соль",
		"ÃŽÂ±ÃŽÂ²":                   "αβ",
		"Tabascoâ„¢":                 "Tabasco™",

		"NESCAFÉ® instant":        "NESCAFÉ® instant",
		"MAÇÃ® e canela":          "MAÇÃ® e canela",
		"VÄHÄ…":                   "VÄHÄ…",
		"MENÜ™ à la carte":        "MENÜ™ à la carte",
		"Crème brûlée, ½ Â":       "Crème brûlée, ½ Â",
		"naïve façade, Ñandú, Øl": "naïve façade, Ñandú, Øl",
		"“quoted” – dash … 4 €":   "“quoted” – dash … 4 €",
		"麻婆豆腐, Борщ, مرق العدس":   "麻婆豆腐, Борщ, مرق العدس",
		"plain":  "plain",
		"\u0081": "\u0081", // undefined there, and refused
	} {
		require.Equal(t, want, mendText(broken), "%q", broken)
		require.Equal(t, want, mendText(want), "mended once and for all: %q", want)
	}
}

// Each field of a line is mended, and a line break in a single-line text becomes a space, as a tab
// does.
func TestEachFieldIsMended(t *testing.T) {
	t.Parallel()
	l, err := parse(ada, []byte(`{"name":"CrÃ¨me\nbrulee","description":"Donâ€™t\nstir","notes":"\u0093x\u0094","source_url":"Oma\r\nErna","yield":"12\nStÃ¼ck","author":"Ã‰lodie","nutrition":{"calories":"240\nkcal"},"tags":["cafÃ©\n"],
		"ingredients":[{"text":"200 g\nbasmati\r\nrice\u2028raw","note":"a\nb","section":"For\nit"},{"name":"crÃ¨me\nfraÃ®che","quantity":1,"unit":"EL\n"}],
		"steps":[{"text":"â€“ stir\nserve","section":"Ã  part"}]}`))
	require.NoError(t, err)
	d := l.draft
	require.Equal(t, []string{"12 Stück", "Élodie", "240 kcal"}, []string{d.Yield, d.Author, d.Nutrition.Calories})
	require.Equal(t, []string{"Crème brulee", "Don’t\nstir", "“x”", "Oma Erna"}, []string{d.Name, d.Description, d.Notes, d.SourceURL})
	require.Equal(t, []string{"café"}, d.Tags)
	require.Equal(t, "200 g basmati rice raw", d.Ingredients[0].Text)
	require.Equal(t, []string{"a b", "For it"}, []string{d.Ingredients[0].Note, d.Ingredients[0].Section})
	require.Equal(t, []string{"crème fraîche", "EL"}, []string{d.Ingredients[1].Name, d.Ingredients[1].Unit})
	require.Equal(t, "– stir\nserve", d.Steps[0].Text)
}

// An id has one spelling, except for capitals, which are lower-cased; what only a library accepts
// is refused.
func TestOnlyAnIDIsAnID(t *testing.T) {
	t.Parallel()
	const made = "9282c99c-a40f-56b7-93d0-be0045f09c25"
	for _, given := range []string{made, strings.ToUpper(made)} {
		l, err := parse(ada, []byte(`{"id":"`+given+`","name":"Toast"}`))
		require.NoError(t, err)
		require.Equal(t, made, l.id)
	}
	for _, given := range []string{"urn:uuid:" + made, "{" + made + "}", strings.ReplaceAll(made, "-", ""), made + " ", "7"} {
		_, err := parse(ada, []byte(`{"id":"`+given+`","name":"Toast"}`))
		require.ErrorIs(t, err, errBadID, given)
	}
}

// A refusal names the offending character, and its position.
func TestARefusalNamesTheCharacter(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"name":"Soup\u0007"}`:                              "name: has the control character U+0007 at character 5",
		`{"name":"  Süppe\u0000 "}`:                          "name: has the control character U+0000 at character 8",
		`{"name":"a","ingredients":[{"text":"sa\u001blt"}]}`: "ingredients[0].text: has the control character U+001B at character 3",
		`{"name":"a","notes":"\u0081"}`:                      "notes: has the control character U+0081 at character 1",
		"{\"name\":\"caf\xe9\"}":                             "the line is not valid UTF-8: byte 0xE9 at 13",
	} {
		_, err := parse(ada, []byte(text))
		require.ErrorContains(t, err, want, text)
	}
}

// Unknown fields are named once per line, and Larder's own export has none.
func TestUnknownFieldsAreNamed(t *testing.T) {
	t.Parallel()
	l, err := parse(ada, []byte(`{"name":"a","colour":"red","NOTES":"x","ingredients":[{"text":"salt","brand":"x"},{"text":"salt","brand":"y",
		"quantity":1,"second":{"quantity":1,"relation":"same","about":true}}],"steps":[{"text":"Stir.","timer":5}]}`))
	require.NoError(t, err)
	require.Equal(t, []string{"colour", "ingredients[].brand", "ingredients[].second.about", "steps[].timer"}, l.unknown)
	require.Equal(t, "x", l.draft.Notes)

	l, err = parse(ada, []byte(`{"id":"9282c99c-a40f-56b7-93d0-be0045f09c25","name":"Toast","description":"","servings":null,"prep_minutes":null,
		"cook_minutes":null,"source_url":"","tags":[],"notes":"","ingredients":[{"text":"1 lb (450 g) beef","quantity":1,"quantity_max":null,"unit":"lb",
		"name":"beef","note":"","section":"","second":{"quantity":450,"quantity_max":null,"unit":"g","relation":"same"}}],"steps":[{"text":"x","section":""}],
		"files":[{"id":"x"}],"version":1,"created_at":"2026-11-29T22:35:23Z","updated_at":"2026-11-29T22:35:23Z"}`))
	require.NoError(t, err)
	require.Empty(t, l.unknown)
	require.NotNil(t, l.draft.Ingredients[0].Second)
}

// The remembered names are bounded, and the count of the others isn't lost.
func TestUnknownFieldsAreBounded(t *testing.T) {
	t.Parallel()
	var i Importer
	for n := range 2 * maxUnknown {
		i.unknown([]string{strings.Repeat("x", n+1)})
	}
	require.Len(t, i.progress.Unknown, maxUnknown+1)
	require.Equal(t, maxUnknown, i.progress.Unknown[""])
}
