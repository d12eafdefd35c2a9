package ingredient

import (
	"math"
	"strconv"
	"strings"
)

// Scale gives the same for factor times as much. What has no amount stays as it is.
func (p Parsed) Scale(factor float64) Parsed {
	p.Quantity = times(p.Quantity, factor)
	p.QuantityMax = times(p.QuantityMax, factor)
	return p
}

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	// Six digits behind the point: a third of three is one again, and not 0.9999999999.
	scaled := math.Round(*v*factor*1e6) / 1e6
	return &scaled
}

// Line writes it as a cook would: "1 ½ cup flour, sifted". A metric amount is decimal, any other a fraction
// where one is near.
func (p Parsed) Line() string {
	var parts []string
	if p.Quantity != nil {
		parts = append(parts, Amount(*p.Quantity, p.QuantityMax, p.Unit))
	}
	for _, part := range []string{p.Unit, p.Name} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, " ")
	if p.Note != "" {
		text += ", " + p.Note
	}
	return text
}

// Amount writes a quantity, or a range up to upper where that isn't nil, for a unit.
func Amount(quantity float64, upper *float64, unit string) string {
	write := fraction
	if isMetric(unit) {
		write = decimal
	}
	if upper == nil || *upper == quantity {
		return write(quantity)
	}
	return write(quantity) + "-" + write(*upper)
}

func isMetric(unit string) bool {
	switch unit {
	case "mg", "g", "kg", "ml", "cl", "dl", "l":
		return true
	default:
		return false
	}
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
		if math.Abs(rest-fractionSign(sign)) >= nearEnough {
			continue
		}
		if whole == 0 {
			return string(sign)
		}
		return decimal(whole) + " " + string(sign)
	}
	return decimal(v)
}
