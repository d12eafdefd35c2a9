package recipe

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"larder.dev/events"
	"larder.dev/recipe/ingredient"
	"larder.dev/recipe/units"
)

// Understood returns a copy of the recipe with parsed rows, and whether that added parts: rows
// stored before the parser read every line are text alone. Call it before returning a recipe to
// anyone.
func Understood(r events.Recipe) (events.Recipe, bool) {
	rows, more := understoodRows(r.Ingredients)
	r.Ingredients = rows
	return r, more
}

func understoodRows(rows []events.Ingredient) (whole []events.Ingredient, more bool) {
	whole = rows
	for i, row := range rows {
		with, changed := understoodRow(row)
		if !changed {
			continue
		}
		if !more {
			whole, more = slices.Clone(rows), true
		}
		whole[i] = with
	}
	return whole, more
}

// understoodRow adds to a row what its line says and its parts lack. Existing parts stay.
func understoodRow(row events.Ingredient) (events.Ingredient, bool) {
	switch {
	case row.Text == "":
		return row, false
	case textAlone(row):
		return read(row)
	case row.Quantity == nil && row.QuantityMax == nil && row.Unit == "":
		return withAmount(row)
	case row.Quantity != nil && (row.Name == "" || (row.Second == nil && maySaySecond(row))):
		return withRest(row)
	default:
		return row, false
	}
}

// textAlone reports whether a row has no parts. A unit or a note means nothing without an amount or
// a food.
func textAlone(row events.Ingredient) bool {
	return row.Name == "" && row.Quantity == nil && row.QuantityMax == nil && row.Second == nil
}

// read parses a row's line, but keeps a given note. A line whose parts exceed the limits stays
// text, because clients couldn't send it back.
func read(row events.Ingredient) (events.Ingredient, bool) {
	parsed, ok := parse(row.Text)
	if !ok || (parsed.Name == "" && parsed.Quantity == nil) {
		return row, false
	}
	whole := withMeasures(row, parsed)
	whole.Name = parsed.Name
	whole.Note = cmp.Or(row.Note, parsed.Note)
	if parsed.Quantity == nil && parsed.Unit == "" {
		whole.Unit = row.Unit
	}
	return whole, true
}

// withAmount adds the amount to a row that has only its food.
func withAmount(row events.Ingredient) (events.Ingredient, bool) {
	parsed, ok := parse(row.Text)
	if !ok || (parsed.Quantity == nil && parsed.Unit == "") {
		return row, false
	}
	return withMeasures(row, parsed), true
}

// withRest adds what a row with an amount lacks: the food, or the second measure, which older rows
// had no field for.
func withRest(row events.Ingredient) (events.Ingredient, bool) {
	parsed, ok := parse(row.Text)
	if !ok || !sameAmount(row, parsed) {
		return row, false
	}
	whole := row
	if row.Name == "" && parsed.Name != "" {
		whole.Name = parsed.Name
		whole.Note = cmp.Or(row.Note, parsed.Note)
	}
	if row.Second == nil {
		whole.Second = secondOf(parsed)
	}
	return whole, whole != row
}

// maySaySecond quickly checks whether a line can have a second measure: most have none, and every
// recipe read is checked. A note with a number already has it.
func maySaySecond(row events.Ingredient) bool {
	if strings.ContainsAny(row.Note, "0123456789") {
		return false
	}
	if strings.ContainsAny(row.Text, "(/+") {
		return true
	}
	numbers, inside := 0, false
	for _, r := range row.Text {
		digit := '0' <= r && r <= '9'
		if digit && !inside {
			numbers++
		}
		inside = digit
	}
	return numbers > 1
}

func withMeasures(row events.Ingredient, parsed ingredient.Parsed) events.Ingredient {
	row.Quantity, row.QuantityMax, row.Unit, row.Second = parsed.Quantity, parsed.QuantityMax, parsed.Unit, secondOf(parsed)
	return row
}

func sameAmount(row events.Ingredient, parsed ingredient.Parsed) bool {
	return sameNumber(row.Quantity, parsed.Quantity) && sameNumber(row.QuantityMax, parsed.QuantityMax) &&
		units.Named(row.Unit).Name() == units.Named(parsed.Unit).Name()
}

func sameNumber(a, b *float64) bool {
	return a == b || (a != nil && b != nil && *a == *b)
}

// parse reads a line and reports whether its parts are within a row's limits. A note that is too
// long stays in the text.
func parse(text string) (ingredient.Parsed, bool) {
	parsed := ingredient.Parse(text)
	parsed.Name, parsed.Note = trim(norm.NFC.String(parsed.Name)), trim(norm.NFC.String(parsed.Note))
	if utf8.RuneCountInString(parsed.Note) > MaxNote {
		parsed.Note = ""
	}
	fits := utf8.RuneCountInString(parsed.Name) <= MaxItem && fitsAmount(parsed.Quantity, parsed.QuantityMax, parsed.Unit)
	if s := parsed.Second; s != nil {
		fits = fits && parsed.Quantity != nil && fitsAmount(&s.Quantity, s.QuantityMax, s.Unit)
	}
	return parsed, fits
}

func fitsAmount(from, upper *float64, unit string) bool {
	for _, v := range []*float64{from, upper} {
		if v != nil && (math.IsNaN(*v) || *v < 0 || *v > MaxQuantity) {
			return false
		}
	}
	if upper != nil && (from == nil || *upper < *from) {
		return false
	}
	return utf8.RuneCountInString(unit) <= MaxUnit
}

func secondOf(parsed ingredient.Parsed) *events.SecondMeasure {
	if parsed.Second == nil {
		return nil
	}
	s := *parsed.Second
	return &events.SecondMeasure{
		Quantity: s.Quantity, QuantityMax: s.QuantityMax, Unit: s.Unit, Relation: events.Relation(s.Relation),
	}
}
