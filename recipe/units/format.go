package units

import (
	"math"
	"strconv"
)

// Format writes a quantity for a unit as a cook does, up to upper where that isn't nil: "1 ½", "2-3". A
// metric amount is a decimal, any other a fraction where one is near.
func Format(quantity float64, upper *float64, unit Unit) string {
	write := fraction
	if unit.Metric() {
		write = decimal
	}
	if upper == nil || *upper == quantity {
		return write(quantity)
	}
	return write(quantity) + "-" + write(*upper)
}

// String writes the amount with its unit: "1 ½ cups", "200 g", "2-3 cloves", "3".
func (a Amount) String() string {
	if a.From == nil {
		return a.Unit.Name()
	}
	quantity, upper := a.Quantity()
	text := Format(quantity, upper, a.Unit)
	if word := a.Unit.For(quantity, upper); word != "" {
		text += " " + word
	}
	return text
}

// For gives the name or the plural, as it goes with a quantity: "½ cup", "1 cup", "1 ½ cups", "0 cups".
func (u Unit) For(quantity float64, upper *float64) string {
	most := quantity
	if upper != nil {
		most = *upper
	}
	if most > 1+nearEnough || most == 0 {
		return u.Plural()
	}
	return u.Name()
}

func decimal(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
}

// nearEnough is how far a fraction may be from the amount: nobody measures an eightieth of a cup.
const nearEnough = 0.0125

// fraction writes halves, thirds, quarters and eighths by their sign, and anything else as a decimal.
func fraction(v float64) string {
	whole := math.Floor(v)
	rest := v - whole
	if rest < nearEnough && whole > 0 {
		return decimal(whole)
	}
	if rest > 1-nearEnough {
		return decimal(whole + 1)
	}
	for _, sign := range "½⅓⅔¼¾⅛⅜⅝⅞" {
		value, _ := Sign(sign)
		if math.Abs(rest-value) >= nearEnough {
			continue
		}
		if whole == 0 {
			return string(sign)
		}
		return decimal(whole) + " " + string(sign)
	}
	return decimal(v)
}

// Sign gives the value of one of the fractions that Unicode has a sign for; false for any other rune.
func Sign(r rune) (float64, bool) {
	value, ok := signs[r]
	return value, ok
}

var signs = map[rune]float64{ //nolint:gochecknoglobals // a table, never written to
	'½': 1.0 / 2, '⅓': 1.0 / 3, '⅔': 2.0 / 3, '¼': 1.0 / 4, '¾': 3.0 / 4,
	'⅕': 1.0 / 5, '⅖': 2.0 / 5, '⅗': 3.0 / 5, '⅘': 4.0 / 5, '⅙': 1.0 / 6, '⅚': 5.0 / 6,
	'⅐': 1.0 / 7, '⅑': 1.0 / 9, '⅒': 1.0 / 10, '⅛': 1.0 / 8, '⅜': 3.0 / 8, '⅝': 5.0 / 8, '⅞': 7.0 / 8,
}
