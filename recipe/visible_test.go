package recipe_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/recipe"
)

// A name or tag without visible characters counts as missing, and one that changes the direction of
// neighbouring text is rejected.
func TestNamesCanBeSeen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"\u200b", "\u200d\u200c", "\ufeff", "\u00ad", "\u2060\u2061", "\u3164", "\u115f\u1160", "\uffa0", "\u2800", "\ufe0f",
		"\u0301", "\u200e\u200f", " \u200b ", "\u034f", "\u061c", "\U000e0061", "\u180e",
		"\u202esoup", "soup\u202d", "so\u202aup", "\u2066soup\u2069", "\u2068", "soup\u202c",
	} {
		_, err := recipe.Draft{Name: name}.Clean()
		require.ErrorContains(t, err, "name", "%q", name)
		_, err = recipe.Draft{Name: "Soup", Tags: []string{"a", name}}.Clean()
		require.ErrorContains(t, err, "tags[1]", "%q", name)
	}
	for _, name := range []string{
		"Soup", "🍲", "👩‍🍳", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "می\u200cخواهم", "שלום\u200f!",
		"अन्न", "1", "?", "e\u0301", "ㅎ",
	} {
		clean, err := recipe.Draft{Name: name, Tags: []string{name}}.Clean()
		require.NoError(t, err, "%q", name)
		require.Len(t, clean.Tags, 1)
	}
}

// Invisible rows and steps count as missing too.
func TestRowsCanBeSeen(t *testing.T) {
	t.Parallel()
	_, err := recipe.Draft{Name: "Soup", Steps: []events.Step{{Text: "\u200b"}}}.Clean()
	require.ErrorContains(t, err, "steps[0].text")
	_, err = recipe.Draft{Name: "Soup", Ingredients: []events.Ingredient{{Text: "\u200b"}}}.Clean()
	require.ErrorContains(t, err, "ingredients[0].text")
}

// An import repairs such text instead of rejecting it.
func TestUndirected(t *testing.T) {
	t.Parallel()
	require.Equal(t, "מרק soup\u200f", recipe.Undirected("\u2067מרק\u2069 \u202asoup\u202c\u200f"))
	require.Equal(t, strings.Repeat("a", 3), recipe.Undirected("aaa"))
}
