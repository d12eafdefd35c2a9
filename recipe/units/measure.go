// Package units knows the units that kitchens count and weigh with: how cooks of each language
// spell them, which are compatible, and how to convert them. Sums are exact: 2 tbsp and 1/4 cup are
// 3/8 cup, not 0.37499999.
//
// A unit has a dimension and a size in that dimension's base: gram, millilitre or centimetre. Cup,
// tablespoon, teaspoon, pint, quart, gallon and fluid ounce are US customary units, based on the
// international pound and yard of 1959 (NIST Handbook 44, appendix C): one gallon is 231 cubic
// inches, an inch 2.54 cm. A unit that is a thing (a clove, a can, a bunch) is compatible only with
// itself and with another word for the same thing (a tin).
package units

import (
	"math/big"
)

// Dimension is what a unit measures.
type Dimension int

// The dimensions. Count is for bare numbers ("3 eggs"), Thing for units without a measure.
const (
	Count Dimension = iota
	Mass
	Volume
	Length
	Thing
)

func (d Dimension) String() string {
	return [...]string{"count", "mass", "volume", "length", "thing"}[d]
}

// Unit is one unit. Compare units with ==. The zero Unit is for bare numbers.
type Unit struct {
	name  string
	known *definition // nil for a count and for a unit that only its writer knows
}

// Parse finds a unit by any of its spellings: "Tbsp.", "tablespoons", "EL". It never guesses: for
// an unknown text it returns false.
func Parse(text string) (Unit, bool) {
	return every.Parse(text)
}

// Named returns the unit for a text: a known one, or a new one that is compatible only with itself.
// "" is the unit of bare numbers.
func Named(text string) Unit {
	if unit, ok := Parse(text); ok {
		return unit
	}
	return Unit{name: text}
}

// Name returns the short form that Larder writes: "g", "tbsp", "cup", "clove"; "" for a bare
// number.
func (u Unit) Name() string { return u.name }

// Plural returns the name for more than one: "cups", "cloves"; abbreviations don't change.
func (u Unit) Plural() string {
	if u.known == nil || u.known.plural == "" {
		return u.name
	}
	return u.known.plural
}

// Dimension returns what the unit measures.
func (u Unit) Dimension() Dimension {
	switch {
	case u.name == "":
		return Count
	case u.known == nil:
		return Thing
	default:
		return u.known.dimension
	}
}

// Metric reports whether its amounts are written as decimals: 1.5 l, not 1 ½ l.
func (u Unit) Metric() bool { return u.known != nil && u.known.metric }

// PerBase returns how many grams, millilitres or centimetres one unit is; 1 for counts and things.
func (u Unit) PerBase() *big.Rat {
	if u.known == nil || u.known.perBase == nil {
		return big.NewRat(1, 1)
	}
	return new(big.Rat).Set(u.known.perBase)
}

// Compatible reports whether amounts of both units can be added.
func (u Unit) Compatible(other Unit) bool {
	if u.Dimension() != other.Dimension() {
		return false
	}
	return u.Dimension() != Thing || u.thing() == other.thing()
}

// thing returns what a unit without a measure refers to: a tin is a can.
func (u Unit) thing() string {
	if u.known == nil {
		return fold(u.name)
	}
	return u.known.thing
}

// Convert converts a value from one unit to another, or returns false if they aren't compatible.
func Convert(value *big.Rat, from, to Unit) (*big.Rat, bool) {
	if !from.Compatible(to) {
		return nil, false
	}
	converted := new(big.Rat).Mul(value, from.PerBase())
	return converted.Quo(converted, to.PerBase()), true
}
