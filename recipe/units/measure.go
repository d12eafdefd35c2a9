// Package units knows the units that kitchens count and weigh with: how cooks of each language spell them,
// which of them are compatible, and how much of one is another. Sums are exact: 2 tbsp and 1/4 cup are
// 3/8 cup, and not 0.37499999.
//
// A unit has a dimension and so much of that dimension's base: a gram, a millilitre, a centimetre. Cup,
// tablespoon, teaspoon, pint, quart, gallon and fluid ounce are the US customary ones, by the international
// pound and yard of 1959 (NIST Handbook 44, appendix C): one gallon is 231 cubic inches, an inch 2.54 cm.
// A unit that is a thing (a clove, a can, a bunch) is compatible with itself alone, and with another word
// for the same thing (a tin).
package units

import (
	"math/big"
)

// Dimension is what a unit measures.
type Dimension int

// The dimensions. Count is that of bare numbers ("3 eggs"); Thing that of units without a measure.
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

// Unit is one unit. Units are compared with ==. The zero Unit is that of bare numbers.
type Unit struct {
	name  string
	known *definition // nil for a count, and for a unit that only its writer knows
}

// Parse finds a unit by any of its spellings: "Tbsp.", "tablespoons", "EL". It tells false, and nothing is
// guessed, where the text is no unit that is known here.
func Parse(text string) (Unit, bool) {
	return every.Parse(text)
}

// Named gives the unit of a text: a known one, or one of its own that is compatible with itself alone.
// "" is the unit of bare numbers.
func Named(text string) Unit {
	if unit, ok := Parse(text); ok {
		return unit
	}
	return Unit{name: text}
}

// Name is the short form that Larder writes: "g", "tbsp", "cup", "clove"; "" for a bare number.
func (u Unit) Name() string { return u.name }

// Plural is the name for more than one: "cups", "cloves"; abbreviations stay as they are.
func (u Unit) Plural() string {
	if u.known == nil || u.known.plural == "" {
		return u.name
	}
	return u.known.plural
}

// Dimension is what the unit measures.
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

// Metric tells whether amounts of it are written as decimals: 1.5 l, and not 1 ½ l.
func (u Unit) Metric() bool { return u.known != nil && u.known.metric }

// PerBase is how many grams, millilitres or centimetres one is; 1 for counts and things.
func (u Unit) PerBase() *big.Rat {
	if u.known == nil || u.known.perBase == nil {
		return big.NewRat(1, 1)
	}
	return new(big.Rat).Set(u.known.perBase)
}

// Compatible tells whether amounts of both can be added up.
func (u Unit) Compatible(other Unit) bool {
	if u.Dimension() != other.Dimension() {
		return false
	}
	return u.Dimension() != Thing || u.thing() == other.thing()
}

// thing is what a unit without a measure is of: a tin is a can.
func (u Unit) thing() string {
	if u.known == nil {
		return fold(u.name)
	}
	return u.known.thing
}

// Convert gives how much of to a value of from is; false where they aren't compatible.
func Convert(value *big.Rat, from, to Unit) (*big.Rat, bool) {
	if !from.Compatible(to) {
		return nil, false
	}
	converted := new(big.Rat).Mul(value, from.PerBase())
	return converted.Quo(converted, to.PerBase()), true
}
