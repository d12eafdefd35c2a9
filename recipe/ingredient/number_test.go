package ingredient_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/recipe/ingredient"
	"larder.dev/recipe/units"
)

// written lists numbers as lines have them, with their possible meanings.
var written = []struct { //nolint:gochecknoglobals // a table, never written to
	text   string
	values []float64
}{
	{"3", []float64{3}},
	{"12", []float64{12}},
	{"250", []float64{250}},
	{"1/2", []float64{0.5}},
	{"2/3rds", []float64{2.0 / 3}},
	{"¾", []float64{0.75}},
	{"2½", []float64{2.5}},
	{"1 1/2", []float64{1.5}},
	{"1-1/2", []float64{1.5}},
	{"1 ¼", []float64{1.25}},
	{"0,5", []float64{0.5}},
	{".25", []float64{0.25}},
	{"1.333333373", []float64{4.0 / 3}},
	{"1.500", []float64{1.5, 1500}},
	{"2,250", []float64{2.25, 2250}},
	{"1,234.5", []float64{1234.5}},
	{"2-3", []float64{2, 3}},
	{"4 to 5", []float64{4, 5}},
	{"4- to 6", []float64{4, 6}},
	{"10 to12", []float64{10, 12}},
	{"2-3 dozen", []float64{2, 3, 24, 36}},
	{"two", []float64{2}},
	{"twenty-five", []float64{25}},
	{"two-thirds", []float64{2.0 / 3}},
	{"one and a half", []float64{1.5}},
	{"half a dozen", []float64{6}},
	{"drei Viertel", []float64{0.75}},
	{"anderthalb", []float64{1.5}},
	{"1/2foo", nil},
	{"1/0", nil},
	{"3/400", nil},
	{"00", nil},
	{"12345678901", nil},
}

// between lists what separates numbers. It has nothing that makes one number of two ("and", "/",
// "-", "of", a pound and its ounces), so that every number read is one that was written.
var between = []string{ //nolint:gochecknoglobals // as written
	"g", "l", "oz", "EL", "cloves", "inch", "-inch", "pieces", "large", "flour", "butter,", "(", ")", ",", ":", "or", "plus", "x", "each",
	"about", "heaped", "chopped", "total", "%", "®", ";", "|", "=", "Mehl", "minus", "\"", "PL", "ML", "to taste", "...", "[", "]",
}

// A wrong number is worse than none: every amount that is read is a number in the line.
func TestParseReadsNoNumberThatIsNotThere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var pieces []string
		var values []float64
		for range rapid.IntRange(1, 4).Draw(t, "numbers") {
			n := rapid.SampledFrom(written).Draw(t, "number")
			pieces, values = append(pieces, n.text), append(values, n.values...)
			pieces = append(pieces, rapid.SliceOfN(rapid.SampledFrom(between), 1, 4).Draw(t, "between")...)
		}
		line := strings.Join(pieces, " ")
		for _, v := range amountsOf(ingredient.Parse(line)) {
			there := slices.ContainsFunc(values, func(value float64) bool { return math.Abs(v-value) < 1e-6*max(value, 1) })
			require.True(t, there, "%v is not in %q", v, line)
		}
	})
}

// amountsOf returns all numbers of a parsed line except the one of "400g tin", which is one tin.
func amountsOf(p ingredient.Parsed) []float64 {
	var all []float64
	for _, v := range []*float64{p.Quantity, p.QuantityMax} {
		if v != nil {
			all = append(all, *v)
		}
	}
	if p.Second == nil || p.Second.Quantity == 1 && units.Named(p.Second.Unit).Dimension() == units.Thing {
		return all
	}
	all = append(all, p.Second.Quantity)
	if p.Second.QuantityMax != nil {
		all = append(all, *p.Second.QuantityMax)
	}
	return all
}
