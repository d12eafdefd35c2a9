package units

import (
	"math"
	"math/big"
	"strconv"
)

// Amount is a quantity of a unit, or a range. The zero Amount means none.
type Amount struct {
	From *big.Rat
	To   *big.Rat // the upper end of a range; equal to From for a single number
	Unit Unit
}

// Of converts a quantity, up to upper if not nil, from the form in events. The numbers must be
// finite.
func Of(quantity float64, upper *float64, unit Unit) Amount {
	from := Rational(quantity)
	to := from
	if upper != nil {
		to = Rational(*upper)
	}
	return Amount{From: from, To: to, Unit: unit}
}

// Quantity returns the numbers in the form used by events: upper is nil unless it is a range.
func (a Amount) Quantity() (quantity float64, upper *float64) {
	quantity, _ = a.From.Float64()
	if a.From.Cmp(a.To) == 0 {
		return quantity, nil
	}
	to, _ := a.To.Float64()
	return quantity, &to
}

// Times multiplies the amount by factor.
func (a Amount) Times(factor *big.Rat) Amount {
	a.From = new(big.Rat).Mul(a.From, factor)
	a.To = new(big.Rat).Mul(a.To, factor)
	return a
}

// In converts the amount to another unit, or returns false if the units aren't compatible.
func (a Amount) In(unit Unit) (Amount, bool) {
	from, ok := Convert(a.From, a.Unit, unit)
	if !ok {
		return Amount{}, false
	}
	to, _ := Convert(a.To, a.Unit, unit)
	return Amount{From: from, To: to, Unit: unit}, true
}

// Add returns the exact sum, or false if the units aren't compatible. The sum is in the unit that a
// cook would measure with: grams if either unit is metric; else the larger unit if that gives a
// fraction that cups or spoons are made for, otherwise the smaller one. Of two words for the same
// unit, a's stays.
func (a Amount) Add(b Amount) (Amount, bool) {
	if !a.Unit.Compatible(b.Unit) {
		return Amount{}, false
	}
	small, large := a.Unit, b.Unit
	if small.PerBase().Cmp(large.PerBase()) >= 0 {
		small, large = large, small
	}
	in := func(unit Unit) Amount {
		x, _ := a.In(unit)
		y, _ := b.In(unit)
		return Amount{From: x.From.Add(x.From, y.From), To: new(big.Rat).Add(x.To, y.To), Unit: unit}
	}
	switch {
	case small.Metric() != large.Metric():
		if small.Metric() {
			return in(small), true
		}
		return in(large), true
	case measurable(in(large)):
		return in(large), true
	default:
		return in(small), true
	}
}

// measurable reports whether both ends are at least a quarter, in eighths or thirds; or hundredths
// for a metric unit.
func measurable(a Amount) bool {
	quarter := big.NewRat(1, 4)
	for _, v := range []*big.Rat{a.From, a.To} {
		if v.Cmp(quarter) < 0 && v.Sign() != 0 {
			return false
		}
		if a.Unit.Metric() {
			if !new(big.Rat).Mul(v, big.NewRat(100, 1)).IsInt() {
				return false
			}
			continue
		}
		if !new(big.Rat).Mul(v, big.NewRat(8, 1)).IsInt() && !new(big.Rat).Mul(v, big.NewRat(3, 1)).IsInt() {
			return false
		}
	}
	return true
}

const (
	// maxDenominator limits the fractions that a float can be read as.
	maxDenominator = 1000
	// written is the tolerance between a float and its fraction: amounts are stored with six
	// digits.
	written = 5e-7
)

// Rational returns the number that a float was meant to be: a third for 0.333333, and 0.35 for
// 0.35. By continued fractions, it finds the simplest fraction up to thousandths within half a
// millionth, else the decimal as printed. v must be finite.
func Rational(v float64) *big.Rat {
	if fraction := simplest(math.Abs(v)); fraction != nil {
		if v < 0 {
			fraction.Neg(fraction)
		}
		return fraction
	}
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return new(big.Rat) // v isn't finite
	}
	return exact
}

func simplest(v float64) *big.Rat {
	if v > 1e9 || math.IsNaN(v) {
		return nil
	}
	var p0, q0, p1, q1 int64 = 0, 1, 1, 0
	for rest := v; ; {
		whole := int64(math.Floor(rest))
		p0, q0, p1, q1 = p1, q1, whole*p1+p0, whole*q1+q0
		if q1 > maxDenominator || q1 <= 0 {
			return nil
		}
		if math.Abs(v-float64(p1)/float64(q1)) <= written {
			return big.NewRat(p1, q1)
		}
		rest = 1 / (rest - float64(whole))
	}
}
