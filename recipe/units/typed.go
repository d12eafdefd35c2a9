package units

import (
	"math"
	"strconv"
)

// Typed writes a quantity for a unit the way a person types it, up to upper if not nil: "1 ½",
// "2-3". It rounds to thousandths and no further, because stored text must be as exact as its
// parts. It must never change, because the id of an imported recipe without one is computed from
// such text. Format writes what is shown.
func Typed(quantity float64, upper *float64, unit Unit) string {
	write := typedFraction
	if unit.Metric() {
		write = typedDecimal
	}
	if upper == nil || *upper == quantity {
		return write(quantity)
	}
	return write(quantity) + "-" + write(*upper)
}

func typedDecimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// typedFraction writes halves, thirds, quarters and eighths as fraction characters, and anything
// else as a decimal.
func typedFraction(v float64) string {
	whole := math.Floor(v)
	rest := v - whole
	if rest < nearEnough && whole > 0 {
		return typedDecimal(whole)
	}
	if rest > 1-nearEnough {
		return typedDecimal(whole + 1)
	}
	for _, sign := range "½⅓⅔¼¾⅛⅜⅝⅞" {
		value, _ := Sign(sign)
		if math.Abs(rest-value) >= nearEnough {
			continue
		}
		if whole == 0 {
			return string(sign)
		}
		return typedDecimal(whole) + " " + string(sign)
	}
	return typedDecimal(v)
}
