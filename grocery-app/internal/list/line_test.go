package list_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/grocery-app/internal/list"
)

// written gives the lines of a list that was written by hand.
func written(texts ...string) []string {
	var state list.State
	for i, text := range texts {
		state.Parts = append(state.Parts, list.FromText(text, text, float64(i)))
	}
	var lines []string
	for _, line := range state.Lines() {
		lines = append(lines, strings.TrimSpace(line.Amount+" "+line.Name))
	}
	return lines
}

// What is one food in units that can be added up becomes one line, and nothing else does.
func TestAddingUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ on, want []string }{
		{[]string{"200 g flour", "1 lb flour"}, []string{"654 g flour"}},
		{[]string{"2 tbsp sugar", "1/4 cup sugar"}, []string{"⅜ cup sugar"}},
		{[]string{"3 eggs", "2 eggs"}, []string{"5 eggs"}},
		{[]string{"1 egg", "2 Eggs"}, []string{"3 Eggs"}},
		{[]string{"1 Zwiebel", "2 Zwiebeln"}, []string{"3 Zwiebeln"}},
		{[]string{"700 g Mehl", "500 g Mehl"}, []string{"1.2 kg Mehl"}},
		{[]string{"1 clove garlic", "2 cloves garlic"}, []string{"3 cloves garlic"}},
		{[]string{"2 tomatoes", "400 g tomatoes"}, []string{"2 tomatoes", "400 g tomatoes"}},
		{[]string{"salt", "1 tsp salt"}, []string{"salt", "1 tsp salt"}},
		{[]string{"salt", "Salt"}, []string{"salt"}},
		{[]string{"ice", "sliced ham"}, []string{"sliced ham", "ice"}},
		{[]string{"1 l milk", "1 l oat milk"}, []string{"1 l milk", "1 l oat milk"}},
		{[]string{"7-up", "2% milk"}, []string{"2% milk", "7-up"}},
	} {
		require.Equal(t, c.want, written(c.on...), "%v", c.on)
	}
}

// A food is one in both numbers and in any spelling of its accents and case; two foods stay two.
func TestKey(t *testing.T) {
	t.Parallel()
	for _, names := range []string{
		"egg eggs EGGS", "tomato tomatoes", "berry berries", "leaf leaves", "loaf loaves", "radish radishes",
		"cookie cookies", "olive olives", "cherry cherries", "potato potatoes", "onion onions", "box boxes",
		"chili chilies chillies chilli chilis", "zucchini zucchinis", "glass glasses",
		"Ei Eier", "Zwiebel Zwiebeln", "Karotte Karotten", "Apfel Äpfel", "Kartoffel Kartoffeln", "Tomate Tomaten",
		"Nuss Nüsse", "Walnuss Walnüsse", "Gurke Gurken", "Möhre Möhren", "Bohne Bohnen", "Pilz Pilze",
		"Zitrone Zitronen", "Erbse Erbsen", "Kirsche Kirschen", "crème creme Crème",
	} {
		fields := strings.Fields(names)
		for _, name := range fields {
			require.Equal(t, list.Key(fields[0]), list.Key(name), name)
		}
	}
	seen := map[string]string{}
	for name := range strings.FieldsSeq("ice rice sliced slice pea pear peas-pudding asparagus hummus couscous Reis Mais " +
		"Eis Ei bean beans-sprout corn popcorn nut nutmeg oat oats-milk ham hamburger butter buttermilk") {
		key := list.Key(name)
		require.NotContains(t, seen, key, "%s and %s", name, seen[key])
		seen[key] = name
	}
}
