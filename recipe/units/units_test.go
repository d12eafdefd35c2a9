package units_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/recipe/units"
)

func unit(t require.TestingT, text string) units.Unit {
	u, ok := units.Parse(text)
	require.True(t, ok, "unit %q", text)
	return u
}

// Parse finds a unit by each of its spellings, and never guesses one.
func TestParseKnowsSpellings(t *testing.T) {
	t.Parallel()
	for spelling, name := range map[string]string{
		"g": "g", "Gramm": "g", "KG": "kg", "TL": "tsp", "EL": "tbsp", "Esslöffel": "tbsp", "Tbsp.": "tbsp", "T": "tbsp", "t": "tsp",
		"c": "cup", "cups": "cup", "fl. oz.": "fl oz", "Fluid  Ounces": "fl oz", "lbs.": "lb", "L": "l",
		"Zehen": "clove", "Prise": "pinch", "tins": "tin", "Dose": "can", "Bund": "bunch", "leaves": "leaf",
	} {
		require.Equal(t, name, unit(t, spelling).Name(), "spelling %q", spelling)
	}
	for _, word := range []string{"", "eggs", "large", "ice", ".", "cupboard"} {
		_, ok := units.Parse(word)
		require.False(t, ok, "word %q", word)
	}
}

// Compatible amounts add up exactly, in a unit that a cook measures with; incompatible ones stay
// apart.
func TestAddGivesExactSums(t *testing.T) {
	t.Parallel()
	amount := func(quantity float64, unit string) units.Amount {
		return units.Of(quantity, nil, units.Named(unit))
	}
	for _, c := range []struct {
		a, b units.Amount
		want string
	}{
		{amount(200, "g"), amount(1, "lb"), "654 g"},
		{amount(2, "tbsp"), amount(0.25, "cup"), "⅜ cup"},
		{amount(1, "tsp"), amount(1, "cup"), "49 tsp"},
		{amount(1.0/3, "cup"), amount(0.666667, "cup"), "1 cup"},
		{amount(3, ""), amount(2, ""), "5"},
		{amount(1, "kg"), amount(250, "g"), "1.25 kg"},
		{amount(1, "kg"), amount(2, "g"), "1002 g"},
		{amount(8, "oz"), amount(1, "lb"), "1 ½ lb"},
		{amount(1, "tin"), amount(1, "Dose"), "2 tins"},
		{amount(1, "crumb"), amount(1, "Crumb"), "2 crumb"},
	} {
		sum, ok := c.a.Add(c.b)
		require.True(t, ok, "%v and %v", c.a, c.b)
		require.Equal(t, c.want, sum.String(), "%v and %v", c.a, c.b)
	}
	for _, c := range [][2]string{{"g", "ml"}, {"", "g"}, {"clove", "bunch"}, {"clove", ""}, {"crumb", "shred"}} {
		_, ok := amount(1, c[0]).Add(amount(1, c[1]))
		require.False(t, ok, "%q and %q", c[0], c[1])
	}
}

// The ends of a range are added separately.
func TestAddKeepsRanges(t *testing.T) {
	t.Parallel()
	three := 3.0
	sum, ok := units.Of(2, &three, units.Unit{}).Add(units.Of(1, nil, units.Unit{}))
	require.True(t, ok)
	quantity, upper := sum.Quantity()
	require.InDelta(t, 3, quantity, 0)
	require.InDelta(t, 4, *upper, 0)
	require.Equal(t, "3–4", sum.String())
}

// A sum equals its parts in either order, and a part can be subtracted again.
func TestAddIsASum(t *testing.T) {
	t.Parallel()
	names := []string{"g", "kg", "oz", "lb", "mg"}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) units.Amount {
			value := float64(rapid.IntRange(0, 100_000).Draw(t, label)) / 8
			return units.Of(value, nil, units.Named(rapid.SampledFrom(names).Draw(t, label+" unit")))
		}
		a, b := draw("a"), draw("b")
		sum, ok := a.Add(b)
		require.True(t, ok)
		turned, _ := b.Add(a)
		require.Equal(t, turned.String(), sum.String())
		grams := func(x units.Amount) *big.Rat {
			in, ok := x.In(unit(t, "g"))
			require.True(t, ok)
			return in.From
		}
		require.Zero(t, new(big.Rat).Add(grams(a), grams(b)).Cmp(grams(sum)))
		rest, ok := sum.Add(b.Times(big.NewRat(-1, 1)))
		require.True(t, ok)
		require.Zero(t, grams(a).Cmp(grams(rest)))
	})
}

// A float is read as the number it was written from.
func TestRationalReadsWhatWasMeant(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{
		0.333333: "1/3", 1.0 / 3: "1/3", 0.35: "7/20", 453.59237: "45359237/100000", 0: "0", 2.5: "5/2", -0.125: "-1/8", 1e12: "1000000000000",
	} {
		require.Equal(t, want, units.Rational(v).RatString(), "of %v", v)
	}
}

// Amounts are written the way cooks write them.
func TestFormatWritesForCooks(t *testing.T) {
	t.Parallel()
	two := 2.0
	for _, c := range []struct {
		quantity float64
		upper    *float64
		unit     string
		want     string
	}{
		{1.5, nil, "cup", "1 ½ cups"},
		{0.5, nil, "cup", "½ cup"},
		{1.5, &two, "lb", "1 ½–2 lb"},
		{1.5, nil, "l", "1.5 l"},
		{0.999, nil, "clove", "1 clove"},
		{0.1, nil, "", "0.1"},
		{0, nil, "cup", "0 cups"},
	} {
		require.Equal(t, c.want, units.Of(c.quantity, c.upper, units.Named(c.unit)).String())
	}
}

// A unit word takes the form for its quantity, in its language, and keeps its writer's capitals.
func TestFormGoesWithTheQuantity(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		codes    []string
		word     string
		quantity float64
		want     string
	}{
		{[]string{"en", "de"}, "cup", 2, "cups"},
		{[]string{"en", "de"}, "Cups", 1, "Cup"},
		{[]string{"en", "de"}, "cup", 1.5, "cups"},
		{[]string{"en", "de"}, "tbsp", 3, "tbsp"},
		{[]string{"en", "de"}, "CUP", 3, "CUPS"},
		{[]string{"en", "de"}, "Tasse", 3, "Tassen"},
		{[]string{"en", "de"}, "Zehen", 1, "Zehe"},
		{[]string{"en", "de"}, "EL", 4, "EL"},
		{[]string{"en", "de"}, "Glas", 2, "Gläser"},
		{[]string{"en", "de"}, "Bund", 2, "Bund"},
		{[]string{"fr"}, "cuillère", 2, "cuillères"},
		{[]string{"fr"}, "cuillères à soupe", 1, "cuillère à soupe"},
		{[]string{"fr"}, "gousse", 3, "gousses"},
		{[]string{"fr"}, "tasse", 1.5, "tasse"},
		{[]string{"it"}, "spicchio", 3, "spicchi"},
		{[]string{"it"}, "cucchiai", 0.5, "cucchiaio"},
		{[]string{"es"}, "diente", 3, "dientes"},
		{[]string{"es"}, "cda", 2, "cdas"},
		{[]string{"nl"}, "teen", 3, "tenen"},
		{[]string{"nl"}, "glas", 2, "glazen"},
		{[]string{"sv"}, "klyfta", 3, "klyftor"},
		{[]string{"sv"}, "glas", 2, "glas"},
		{[]string{"sv"}, "msk", 2, "msk"},
		{[]string{"sv"}, "unknown", 2, "unknown"},
	} {
		require.Equal(t, c.want, units.In(c.codes...).Form(c.word, c.quantity, nil), "%q of %v", c.word, c.codes)
	}
	three := 3.0
	require.Equal(t, "gousses", units.Form("gousse", 1, &three))
	require.Equal(t, "Tasse", units.Form("Tassen", 0.75, nil))
	require.Equal(t, "tasses", units.Form("tasse", 3, nil), "with a capital it is German")
	require.Equal(t, "Liter", units.Form("Liter", 3, nil))
	require.Equal(t, "litro", units.Form("litro", 3, nil), "litri in Italian, litros in Spanish")
}
