package list

import (
	"math"
	"math/big"
	"strings"

	"larder.dev/recipe/units"
)

// total adds up parts with compatible units, in the unit that a cook would measure the sum with.
func total(parts []Part) units.Amount {
	sum := amountOf(parts[0])
	for _, part := range parts[1:] {
		if more, ok := sum.Add(amountOf(part)); ok {
			sum = more
		}
	}
	return readable(sum)
}

func amountOf(p Part) units.Amount {
	return units.Of(*p.Quantity, p.QuantityMax, units.Named(p.Unit))
}

// said returns an amount and a name in the words of the first request in this unit: for "2
// Knoblauchzehen" and five more it returns "7", "Knoblauchzehen".
func said(sum units.Amount, parts []Part, name string, locale units.Locale) (amount, food string) {
	quantity, upper := sum.Quantity()
	most := quantity
	if upper != nil {
		most = *upper
	}
	number := units.Format(quantity, upper, sum.Unit, locale)
	if sum.Unit.Dimension() == units.Count {
		at := strings.LastIndexByte(name, ' ') + 1
		return number, name[:at] + units.Inflect(name[at:], most)
	}
	for _, part := range parts {
		if units.Named(part.Unit) != sum.Unit {
			continue
		}
		switch words := part.parsed().Wording(part.Text).For(most); {
		case words.Food != "":
			return number, words.Food
		case words.Unit != "":
			return number + " " + words.Unit, name
		}
	}
	return sum.StringIn(locale), name
}

// readable rounds a metric sum to what kitchen scales show, and converts to kilograms and litres:
// adding a pound to 200 g gives 654 g, not 653.592.
func readable(sum units.Amount) units.Amount {
	if !sum.Unit.Metric() {
		return sum
	}
	most, _ := new(big.Rat).Mul(sum.To, sum.Unit.PerBase()).Float64()
	if most >= 1000 {
		for _, large := range []string{"kg", "l"} {
			if in, ok := sum.In(units.Named(large)); ok {
				sum = in
			}
		}
	}
	quantity, upper := sum.Quantity()
	if upper != nil {
		rounded := round(*upper)
		upper = &rounded
	}
	return units.Of(round(quantity), upper, sum.Unit)
}

// round rounds to three digits.
func round(value float64) float64 {
	if value == 0 || value >= 1000 {
		return math.Round(value)
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(value)))
	return math.Round(value*scale) / scale
}
