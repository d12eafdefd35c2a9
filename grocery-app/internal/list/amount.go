package list

import (
	"math"
	"math/big"

	"larder.dev/recipe/units"
)

// total says what parts with compatible units make together, in the unit that a cook would measure it with.
func total(parts []Part) string {
	if parts[0].Quantity == nil {
		return ""
	}
	sum := amountOf(parts[0])
	for _, part := range parts[1:] {
		if more, ok := sum.Add(amountOf(part)); ok {
			sum = more
		}
	}
	return readable(sum).String()
}

func amountOf(p Part) units.Amount {
	return units.Of(*p.Quantity, p.QuantityMax, units.Named(p.Unit))
}

// readable rounds a metric sum to what a kitchen's scales can show, and goes on to kilograms and litres: a
// pound more makes 654 g of 200, and not 653.592.
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

// round keeps three digits.
func round(value float64) float64 {
	if value == 0 || value >= 1000 {
		return math.Round(value)
	}
	scale := math.Pow(10, 2-math.Floor(math.Log10(value)))
	return math.Round(value*scale) / scale
}
