package ingredient_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"larder.dev/command-api/internal/ingredient"
)

func number(v float64) *float64 { return &v }

// A line as people write it is taken apart into the parts that a cook would name.
func TestParseReadsLinesAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]ingredient.Parsed{
		"1 pound (500g) spaghetti":           {Quantity: number(1), Unit: "lb", Name: "spaghetti", Note: "500g"},
		"400g macaroni":                      {Quantity: number(400), Unit: "g", Name: "macaroni"},
		"~150g (1/3 lb) bacon cubes":         {Quantity: number(150), Unit: "g", Name: "bacon cubes", Note: "1/3 lb"},
		"1 1/2 cups flour, sifted":           {Quantity: number(1.5), Unit: "cup", Name: "flour", Note: "sifted"},
		"1½ cups flour":                      {Quantity: number(1.5), Unit: "cup", Name: "flour"},
		"½ tsp. salt":                        {Quantity: number(0.5), Unit: "tsp", Name: "salt"},
		"1-1/2 tbsp oil":                     {Quantity: number(1.5), Unit: "tbsp", Name: "oil"},
		"1,5 l Milch":                        {Quantity: number(1.5), Unit: "l", Name: "Milch"},
		"1,000 g flour":                      {Quantity: number(1000), Unit: "g", Name: "flour"},
		"5-6 cloves of garlic":               {Quantity: number(5), QuantityMax: number(6), Unit: "clove", Name: "garlic"},
		"2 to 3 carrots":                     {Quantity: number(2), QuantityMax: number(3), Name: "carrots"},
		"1 - 2L (1/4 - 1/2 gal) milk":        {Quantity: number(1), QuantityMax: number(2), Unit: "l", Name: "milk", Note: "1/4 - 1/2 gal"},
		"3 onions (medium size)":             {Quantity: number(3), Name: "onions", Note: "medium size"},
		"A bunch of fresh parsley":           {Quantity: number(1), Unit: "bunch", Name: "fresh parsley"},
		"a dozen eggs":                       {Quantity: number(12), Name: "eggs"},
		"a pinch of nutmeg":                  {Quantity: number(1), Unit: "pinch", Name: "nutmeg"},
		"2 EL Öl":                            {Quantity: number(2), Unit: "tbsp", Name: "Öl"},
		"2 T butter":                         {Quantity: number(2), Unit: "tbsp", Name: "butter"},
		"8 fl. oz. cream":                    {Quantity: number(8), Unit: "fl oz", Name: "cream"},
		"Garlic powder (optional)":           {Name: "Garlic powder", Note: "optional"},
		"Salt and pepper to taste":           {Name: "Salt and pepper", Note: "to taste"},
		"a little salt":                      {Name: "a little salt"},
		"Olive oil":                          {Name: "Olive oil"},
		"7up":                                {Name: "7up"},
		"- 2 eggs":                           {Quantity: number(2), Name: "eggs"},
		"half an onion, finely chopped":      {Quantity: number(0.5), Name: "onion", Note: "finely chopped"},
		"2 large eggs":                       {Quantity: number(2), Name: "large eggs"},
		"0":                                  {Quantity: number(0)},
		"":                                   {},
		strings.Repeat("1", 40) + " carrots": {Name: strings.Repeat("1", 40) + " carrots"},
	} {
		require.Equal(t, want, ingredient.Parse(line), "line %q", line)
	}
}

// Scaled amounts are written as a cook would write them.
func TestLineWritesScaledAmounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		line   string
		factor float64
		want   string
	}{
		{"1 cup rice", 1.5, "1 ½ cup rice"},
		{"1/3 cup oil", 2, "⅔ cup oil"},
		{"1/3 cup oil", 3, "1 cup oil"},
		{"250 g flour, sifted", 0.5, "125 g flour, sifted"},
		{"5-6 cloves of garlic", 2, "10-12 clove garlic"},
		{"Olive oil", 2, "Olive oil"},
	} {
		require.Equal(t, c.want, ingredient.Parse(c.line).Scale(c.factor).Line(), "line %q times %v", c.line, c.factor)
	}
}

// Whatever the bytes, parsing ends, keeps text valid, and gives an ordered range of finite amounts.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"1 1/2 cups flour", "½ tsp", "2-3", "a dozen", "((((", "1/0 cup", "1,5,5", "\xff\xfe", "９ eggs"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		p := ingredient.Parse(line)
		if p.QuantityMax != nil {
			require.NotNil(t, p.Quantity)
			require.Less(t, *p.Quantity, *p.QuantityMax)
		}
		if p.Quantity != nil {
			require.GreaterOrEqual(t, *p.Quantity, 0.0)
			require.Less(t, *p.Quantity, 1e12)
		}
		if utf8.ValidString(line) {
			require.True(t, utf8.ValidString(p.Line()))
		}
	})
}
