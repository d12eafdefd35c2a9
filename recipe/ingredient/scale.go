package ingredient

import (
	"math"
	"slices"
	"strings"

	"larder.dev/recipe/units"
)

// Scale gives the same for factor times as much. What has no amount stays as it is, and so does what is in
// each one.
func (p Parsed) Scale(factor float64) Parsed {
	p.Quantity = times(p.Quantity, factor)
	p.QuantityMax = times(p.QuantityMax, factor)
	if p.Second != nil && p.Second.Relation != Each {
		second := *p.Second
		second.Quantity = *times(&second.Quantity, factor)
		second.QuantityMax = times(second.QuantityMax, factor)
		p.Second = &second
	}
	return p
}

// ScaleLine gives a line for factor times as much in its own words: "2 EL Öl" twice is "4 EL Öl". Where the
// amount can't be put back in its place, it is written anew from the parts (see Line). A line without an amount stays
// as it is.
func ScaleLine(text string, factor float64) string {
	var tokens [usualTokens]token
	l, ok := open(text, tokens[:0])
	if !ok || len(text) > maxLine {
		return text
	}
	parsed := l.read()
	if parsed.Quantity == nil {
		return text
	}
	scaled := parsed.Scale(factor)
	line, ok := l.replaced(scaled)
	if !ok {
		return scaled.Line()
	}
	return line
}

// replaced puts scaled numbers in the places of those that were read.
func (l *line) replaced(scaled Parsed) (string, bool) {
	edits := []edit{}
	ok := l.edit(&edits, l.places.amount, l.amount, units.Format(*scaled.Quantity, scaled.QuantityMax, units.Named(l.unit)))
	if unit := units.Named(l.unit); ok {
		l.editUnit(&edits, edits[0].end, unit, unit.For(*scaled.Quantity, scaled.QuantityMax))
	}
	if s := scaled.Second; ok && s != nil && s.Relation != Each {
		read := amount{from: l.second.Quantity, upper: l.second.QuantityMax}
		ok = l.edit(&edits, l.places.second, &read, units.Format(s.Quantity, s.QuantityMax, units.Named(s.Unit)))
	}
	if !ok {
		return "", false
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.start - b.start })
	var line strings.Builder
	at := 0
	for _, e := range edits {
		line.WriteString(l.text[at:l.tokens[e.start].start] + e.text)
		at = l.tokens[e.end-1].end
	}
	return line.String() + l.text[at:], true
}

// edit is a text for the tokens from start up to end.
type edit struct {
	start, end int
	text       string
}

// edit replaces the number at a place. It tells false where another number is read there.
func (l *line) edit(edits *[]edit, place span, read *amount, text string) bool {
	if place.start == place.end {
		return false
	}
	start := l.quiet(place.start)
	there, end := l.amountAt(start)
	if end == start || there.from != read.from || (there.upper == nil) != (read.upper == nil) {
		return false
	}
	if end < len(l.tokens) && l.kindAt(end-1) == word && l.tokens[end].glued {
		return false
	}
	*edits = append(*edits, edit{start, end, text})
	return true
}

// editUnit brings a unit that is written out into the number of its amount: cup and cups.
func (l *line) editUnit(edits *[]edit, i int, unit units.Unit, want string) {
	at := l.afterModifiers(i)
	if low := l.low(at); low != "" && (low == unit.Name() || low == unit.Plural()) {
		*edits = append(*edits, edit{at, at + 1, want})
	}
}

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	// Six digits behind the point: a third of three is one again, and not 0.9999999999.
	scaled := math.Round(*v*factor*1e6) / 1e6
	return &scaled
}

// Line writes it as a cook would: "1 ½ cups flour, sifted", "2 cans (400 g each) tomatoes". A metric amount is
// decimal, any other a fraction where one is near.
func (p Parsed) Line() string {
	var parts []string
	if p.Quantity != nil {
		parts = append(parts, units.Format(*p.Quantity, p.QuantityMax, units.Named(p.Unit)))
	}
	if word := p.unitWord(); word != "" {
		parts = append(parts, word)
	}
	if p.Second != nil {
		parts = append(parts, p.Second.line())
	}
	if p.Name != "" {
		parts = append(parts, p.Name)
	}
	text := strings.Join(parts, " ")
	if p.Note != "" {
		text += ", " + p.Note
	}
	return text
}

func (p Parsed) unitWord() string {
	unit := units.Named(p.Unit)
	if p.Quantity == nil {
		return unit.Name()
	}
	return unit.For(*p.Quantity, p.QuantityMax)
}

// line writes a second measure as it stands behind the first.
func (s Second) line() string {
	switch text := s.String(); s.Relation {
	case Plus:
		return "plus " + text
	case Each:
		return "(" + text + " each)"
	default:
		return "(" + text + ")"
	}
}

// String writes the measure alone: "500 g".
func (s Second) String() string {
	unit := units.Named(s.Unit)
	text := units.Format(s.Quantity, s.QuantityMax, unit)
	if word := unit.For(s.Quantity, s.QuantityMax); word != "" {
		text += " " + word
	}
	return text
}

// Whole gives the same for who has no place for a second measure: what comes on top is added, exactly, where the
// units are compatible, and any other second measure is the beginning of the note.
func (p Parsed) Whole() Parsed {
	if p.Second == nil {
		return p
	}
	second := *p.Second
	p.Second = nil
	if second.Relation == Plus && p.Quantity != nil {
		first := units.Of(*p.Quantity, p.QuantityMax, units.Named(p.Unit))
		more := units.Of(second.Quantity, second.QuantityMax, units.Named(second.Unit))
		if more, ok := more.In(first.Unit); ok {
			sum, _ := first.Add(more)
			from, upper := sum.Quantity()
			p.Quantity, p.QuantityMax = &from, upper
			return p
		}
	}
	text := second.String()
	switch second.Relation {
	case Plus:
		text = "plus " + text
	case Each:
		text += " each"
	case Same:
	}
	p.Note = joinNotes(text, p.Note)
	return p
}

func joinNotes(first, second string) string {
	if first == "" || second == "" {
		return first + second
	}
	return first + ", " + second
}
