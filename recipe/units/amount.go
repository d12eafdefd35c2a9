package units

import (
	"math"
	"math/big"
	"strconv"
)

// Amount is so much of a unit, or from so much to so much. The zero Amount is none at all.
type Amount struct {
	From *big.Rat
	To   *big.Rat // the upper end of a range; From where it is one number
	Unit Unit
}

// Of gives the amount of a quantity as events have it, up to upper where that isn't nil. The numbers must be
// finite.
func Of(quantity float64, upper *float64, unit Unit) Amount {
	from := Rational(quantity)
	to := from
	if upper != nil {
		to = Rational(*upper)
	}
	return Amount{From: from, To: to, Unit: unit}
}

// Quantity gives the numbers as events have them: upper is nil where it is no range.
func (a Amount) Quantity() (quantity float64, upper *float64) {
	quantity, _ = a.From.Float64()
	if a.From.Cmp(a.To) == 0 {
		return quantity, nil
	}
	to, _ := a.To.Float64()
	return quantity, &to
}

// Times gives factor times as much.
func (a Amount) Times(factor *big.Rat) Amount {
	a.From = new(big.Rat).Mul(a.From, factor)
	a.To = new(big.Rat).Mul(a.To, factor)
	return a
}

// In gives the same amount in another unit; false where that isn't compatible.
func (a Amount) In(unit Unit) (Amount, bool) {
	from, ok := Convert(a.From, a.Unit, unit)
	if !ok {
		return Amount{}, false
	}
	to, _ := Convert(a.To, a.Unit, unit)
	return Amount{From: from, To: to, Unit: unit}, true
}

// Add gives the sum, exactly; false where the units aren't compatible. The sum of two units is in the one
// that a cook would measure it with: grams, where either is metric; else the larger one, if that gives a
// fraction that a cup or spoon is made for, and the smaller one if not. Of two words for the same, a's stays.
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

// measurable tells whether both ends are at least a quarter, in eighths or thirds; or in hundredths of a metric unit.
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
	// maxDenominator is the finest fraction that a float is read as.
	maxDenominator = 1000
	// written is how far a float may be from the fraction that it was: amounts are kept to six digits.
	written = 5e-7
)

// Rational gives the number that was meant by a float: a third for 0.333333, and 0.35 for 0.35. It is the
// simplest fraction up to thousandths that is within half a millionth, by continued fractions; else the
// decimal as it is printed. v must be finite.
func Rational(v float64) *big.Rat {
	if fraction := simplest(math.Abs(v)); fraction != nil {
		if v < 0 {
			fraction.Neg(fraction)
		}
		return fraction
	}
	exact, ok := new(big.Rat).SetString(strconv.FormatFloat(v, 'f', -1, 64))
	if !ok {
		return new(big.Rat) // not finite
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
