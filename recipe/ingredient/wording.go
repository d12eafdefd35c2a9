package ingredient

import (
	"strings"

	"larder.dev/recipe/units"
)

// Wording holds the line's own words for its unit and food, so that a sum can use them.
type Wording struct {
	Unit string // "EL", "Tassen"; "" if no unit follows the number
	Food string // the food with its unit if they are one term: "Knoblauchzehen", "garlic cloves"
}

// Wording finds the unit words in a line with these parts. It is empty if they aren't there.
func (p Parsed) Wording(text string) Wording {
	if p.Quantity == nil || p.Unit == "" {
		return Wording{}
	}
	w := writtenIn(text)
	found, ok := w.amounts(p)
	if !ok {
		return Wording{}
	}
	first, behind := found[0], found[0].last().end
	if first.end > behind {
		return Wording{Unit: strings.TrimPrefix(w.text[w.pieces[behind].start:w.pieces[first.end-1].end], "-")}
	}
	for i := first.end; i < len(w.pieces); i++ {
		word := w.text[w.pieces[i].start:w.pieces[i].end]
		compound := i == first.end && headIs(word, p.Unit)
		noun := i > first.end && sameUnit(word, p.Unit) && strings.EqualFold(w.text[w.pieces[first.end].start:w.pieces[i-1].end], p.Name)
		if compound || noun {
			return Wording{Food: w.text[w.pieces[first.end].start:w.pieces[i].end]}
		}
	}
	return Wording{}
}

// For returns the words in the form for a quantity: "Tassen", "Knoblauchzehen".
func (w Wording) For(quantity float64) Wording {
	at := strings.LastIndexByte(w.Food, ' ') + 1
	return Wording{Unit: units.Inflect(w.Unit, quantity), Food: w.Food[:at] + units.Inflect(w.Food[at:], quantity)}
}
