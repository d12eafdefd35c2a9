package list_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/recipe/units"
)

// written returns the lines of a list written by hand.
func written(texts ...string) []string {
	var state list.State
	for i, text := range texts {
		state.Parts = append(state.Parts, list.FromText(text, text, float64(i)))
	}
	var lines []string
	for _, line := range state.Lines(units.English) {
		lines = append(lines, strings.TrimSpace(line.Amount+" "+line.Name))
	}
	return lines
}

// Parts of the same food in compatible units share a line, and no others do.
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

		// Every notation of an amount counts.
		{[]string{"milk 0.5 l", "milk 0,5 l", "milk 1/2 l"}, []string{"1.5 l milk"}},
		{[]string{"6x eggs", "6x eggs"}, []string{"12 eggs"}},
		{[]string{"6 eggs", "eggs x 6", "eggs (6)", "half a dozen eggs"}, []string{"24 eggs"}},
		{[]string{"a dozen eggs", "two eggs"}, []string{"14 eggs"}},
		{[]string{"½ cucumber", "half a cucumber"}, []string{"1 cucumber"}},
		{[]string{"1 egg", "1 egg"}, []string{"2 eggs"}},
		{[]string{"2-3 lemons", "1 lemon"}, []string{"3–4 lemons"}},
		{[]string{"1.000 g Mehl", "500 g Mehl"}, []string{"1.5 kg Mehl"}},
		{[]string{"1 cup plus 2 tbsp oats", "1 cup oats"}, []string{"2 ⅛ cups oats"}},

		// Lines use the words of the first request.
		{[]string{"2 Knoblauchzehen", "3 Zehen Knoblauch"}, []string{"5 Knoblauchzehen"}},
		{[]string{"3 Zehen Knoblauch", "2 Knoblauchzehen"}, []string{"5 Zehen Knoblauch"}},
		{[]string{"1 Knoblauchzehe", "1 Knoblauchzehe"}, []string{"2 Knoblauchzehen"}},
		{[]string{"2 EL Öl", "1 EL Öl"}, []string{"3 EL Öl"}},
		{[]string{"1 Tasse Reis", "2 Tassen Reis"}, []string{"3 Tassen Reis"}},
		{[]string{"1 garlic clove", "2 cloves of garlic"}, []string{"3 garlic cloves"}},
		{[]string{"½ Tasse Milch"}, []string{"½ Tasse Milch"}},
		{[]string{"1 kg chicken, boneless"}, []string{"1 kg chicken, boneless"}},

		// An amount that can't be parsed is left to the shopper, and no line absorbs it.
		{[]string{"toilet paper 12 rolls", "toilet paper 12 rolls"}, []string{"toilet paper 12 rolls", "toilet paper 12 rolls"}},
		{[]string{"Med: 4 ML", "20 ml Med"}, []string{"Med: 4 ML", "20 ml Med"}},
		{[]string{"milk for 2", "milk"}, []string{"milk", "milk for 2"}},
	} {
		require.Equal(t, c.want, written(c.on...), "%v", c.on)
	}
}

// A recipe's request and a typed item share a line, in the words of the first; even if an earlier
// version stored the typed one as text.
func TestAddingUpWithARecipe(t *testing.T) {
	t.Parallel()
	four, half := 4.0, 0.5
	asked := list.Part{
		ID: "b", Request: "r", Text: "4 Knoblauchzehen, gehackt", Quantity: &four, Unit: "clove", Name: "Knoblauch", Note: "gehackt", Position: 1,
	}
	before := list.Part{ID: "a", Text: "2 Knoblauchzehen", Name: "Knoblauchzehen", Quantity: new(float64), Position: 0}
	*before.Quantity = 2
	state := list.State{Parts: []list.Part{before, asked, list.FromText("c", "3 Zehen Knoblauch", 2)}}
	lines := state.Lines(units.English)
	require.Len(t, lines, 1)
	require.Equal(t, "9 Knoblauchzehen", lines[0].Amount+" "+lines[0].Name)

	kept := list.Part{ID: "a", Text: "Milch 0,5 l", Name: "Milch 0,5 l"}
	more := list.Part{ID: "b", Request: "r", Text: "0,5 l Milch", Quantity: &half, Unit: "l", Name: "Milch"}
	quarter := list.FromText("c", "1/4 l Milch", 3)
	lines = list.State{Parts: []list.Part{kept, more, quarter}}.Lines(units.LocaleOf("de"))
	require.Len(t, lines, 1)
	require.Equal(t, "1,25 l Milch", lines[0].Amount+" "+lines[0].Name)
}

// A Slovak teaspoon, which looks like millilitres, isn't added to them, even if it was stored with
// that unit.
func TestSpoonsAreNoMillilitres(t *testing.T) {
	t.Parallel()
	four, twenty := 4.0, 20.0
	state := list.State{Parts: []list.Part{
		{ID: "a", Request: "r", Text: "Med: 4 ML", Quantity: &four, Unit: "ML", Name: "Med"},
		{ID: "b", Request: "r", Text: "20 ml Med", Quantity: &twenty, Unit: "ml", Name: "Med"},
	}}
	require.Len(t, state.Lines(units.English), 2)
}

// However many lines request a food, and in whatever notation, the list has at least the total.
func TestNothingAskedForIsLost(t *testing.T) {
	t.Parallel()
	amounts := map[string]float64{
		"1 kg %s": 1000, "500 g %s": 500, "%s 0.5 kg": 500, "%s 0,5 kg": 500, "%s 1/2 kg": 500, "1 1/2 kg %s": 1500, "%s: 250 g": 250,
		"half a kilo of %s": 500, "%s (100 g)": 100,
	}
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(amounts))), 1, 8).Draw(t, "lines")
		var state list.State
		asked := 0.0
		for i, amount := range written {
			state.Parts = append(state.Parts, list.FromText(fmt.Sprint(i), fmt.Sprintf(amount, "flour"), float64(i)))
			asked += amounts[amount]
		}
		grams := 0.0
		for _, line := range state.Lines(units.English) {
			for _, part := range line.Parts {
				require.NotNil(t, part.Quantity, part.Text)
				in, ok := units.Of(*part.Quantity, nil, units.Named(part.Unit)).In(units.Named("g"))
				require.True(t, ok)
				quantity, _ := in.Quantity()
				grams += quantity
			}
		}
		require.InDelta(t, asked, grams, 0.001)
		require.Len(t, state.Lines(units.English), 1)
	})
}
