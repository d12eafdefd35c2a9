package ingredient

//go:generate go test -run TestTheApp -count 1 . -args -update

import (
	"larder.dev/recipe/units"
)

// Scale multiplies the parts by factor. A line without an amount, and the content of each one, stay
// unchanged.
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

func times(v *float64, factor float64) *float64 {
	if v == nil {
		return nil
	}
	scaled := rounded(*v * factor)
	return &scaled
}

// Line composes the line as a person types it, for storage: "1 ½ cups flour, sifted",
// "2 cans (400 g each) tomatoes". Metric amounts are decimals, others fractions if one is near.
func (p Parsed) Line() string { return p.compose(units.Typed).String() }

// Compose composes a line for display, with the numbers of a locale.
func (p Parsed) Compose(locale units.Locale) Segments { return p.compose(shownIn(locale)) }

// writer writes a quantity for a unit, without the unit.
type writer func(quantity float64, upper *float64, unit units.Unit) string

func shownIn(locale units.Locale) writer {
	return func(quantity float64, upper *float64, unit units.Unit) string {
		return units.Format(quantity, upper, unit, locale)
	}
}

func (p Parsed) compose(write writer) Segments {
	var line Segments
	between := func() string {
		if len(line) == 0 {
			return ""
		}
		return " "
	}
	if p.Quantity != nil {
		line = line.with(measureText(*p.Quantity, p.QuantityMax, p.Unit, write), true)
	} else if p.Unit != "" {
		line = line.with(units.Named(p.Unit).Name(), false)
	}
	if s := p.Second; s != nil {
		before, behind := s.around()
		line = line.with(between()+before, false).
			with(measureText(s.Quantity, s.QuantityMax, s.Unit, write), s.Relation != Each).with(behind, false)
	}
	if p.Name != "" {
		line = line.with(between()+p.Name, false)
	}
	if p.Note != "" {
		line = line.with(", "+p.Note, false)
	}
	return line.joined()
}

// joined merges neighbouring segments of the same kind.
func (s Segments) joined() Segments {
	var line Segments
	for _, segment := range s {
		if n := len(line); n > 0 && line[n-1].Amount == segment.Amount {
			line[n-1].Text += segment.Text
			continue
		}
		line = append(line, segment)
	}
	return line
}

// around returns the text around a second measure that follows the first.
func (s Second) around() (before, behind string) {
	switch s.Relation {
	case Plus:
		return "plus ", ""
	case Each:
		return "(", " each)"
	default:
		return "(", ")"
	}
}

// measureText writes only a measure: "500 g".
func measureText(quantity float64, upper *float64, unit string, write writer) string {
	named := units.Named(unit)
	text := write(quantity, upper, named)
	if word := named.For(quantity, upper); word != "" {
		text += " " + word
	}
	return text
}

// String writes only the measure: "500 g".
func (s Second) String() string { return measureText(s.Quantity, s.QuantityMax, s.Unit, units.Typed) }

// Whole merges the second measure for callers without a field for it: an addition is summed exactly
// if the units are compatible; any other second measure goes to the beginning of the note.
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
