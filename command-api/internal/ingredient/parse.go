// Package ingredient understands a line of a recipe's ingredient list as people write it: "1 1/2 cups flour,
// sifted" is a quantity, a unit, a name and a note. What it doesn't understand stays text: an amount is
// never guessed. Everything here is pure and fast.
package ingredient

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Parsed is what is understood of a line. Quantity is nil where the line has no amount, QuantityMax is the
// upper end of a range. Unit is the short form that Larder writes ("g", "tbsp", "cup"), "" for a count.
type Parsed struct {
	Quantity    *float64
	QuantityMax *float64
	Unit        string
	Name        string
	Note        string
}

// maxLine bounds the work at one line, in bytes. A longer one is somebody's story: it stays a name.
const maxLine = 2000

// Parse reads one line. It never fails: a line that it can't read is all name.
func Parse(text string) Parsed {
	if len(text) > maxLine {
		return Parsed{Name: strings.TrimSpace(text)}
	}
	line := trimBullet(squeeze(norm.NFC.String(text)))
	amount, rest, found := leadingAmount(line)
	if !found {
		name, note := splitNote(line)
		return Parsed{Name: name, Note: note}
	}
	unit, rest := leadingUnit(rest)
	if unit == "" && startsGlued(rest) {
		// "7up", "2x4": a digit that is part of a word is no amount.
		name, note := splitNote(line)
		return Parsed{Name: name, Note: note}
	}
	second, rest := leadingMeasure(rest)
	name, note := splitNote(trimOf(rest))
	return Parsed{
		Quantity:    &amount.from,
		QuantityMax: amount.to,
		Unit:        unit,
		Name:        name,
		Note:        joinNotes(second, note),
	}
}

// squeeze makes one space of any white space, so that the rules see words and single spaces alone.
func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

// trimBullet drops what a list puts before a line ("- ", "* ", "• ") and what says "about".
func trimBullet(s string) string {
	s = strings.TrimSpace(strings.TrimLeft(s, "-*•·–— \t"))
	s = strings.TrimSpace(strings.TrimPrefix(s, "~"))
	lower := strings.ToLower(s)
	for _, about := range []string{"about ", "approximately ", "approx. ", "approx ", "around ", "ca. ", "circa ", "etwa ", "ungefähr "} {
		if strings.HasPrefix(lower, about) && len(lower) == len(s) {
			return s[len(about):]
		}
	}
	return s
}

// startsGlued tells that the text goes on as a word right behind the amount.
func startsGlued(rest string) bool {
	for _, r := range rest {
		return unicode.IsLetter(r)
	}
	return false
}

// leadingMeasure takes a second measure in parentheses off the front, as in "1 pound (500g) spaghetti". It
// is kept as a note: which of the two is meant is the cook's to know.
func leadingMeasure(s string) (measure, rest string) {
	trimmed := strings.TrimLeft(s, " ")
	if !strings.HasPrefix(trimmed, "(") {
		return "", s
	}
	end := strings.IndexByte(trimmed, ')')
	if end < 0 {
		return "", s
	}
	return strings.TrimSpace(trimmed[1:end]), trimmed[end+1:]
}

// trimOf drops the "of" between a unit and a name.
func trimOf(s string) string {
	s = strings.TrimSpace(s)
	for _, of := range []string{"of ", "Of ", "von "} {
		if rest, ok := strings.CutPrefix(s, of); ok {
			return strings.TrimSpace(rest)
		}
	}
	return s
}

// splitNote parts a name from what is said of it: after the first comma outside parentheses, and in
// parentheses at the end ("garlic powder (optional)").
func splitNote(s string) (name, note string) {
	name = strings.TrimSpace(s)
	if at := commaOutside(name); at > 0 {
		name, note = strings.TrimSpace(name[:at]), strings.TrimSpace(name[at+1:])
	}
	if open := strings.LastIndexByte(name, '('); open > 0 && strings.HasSuffix(name, ")") {
		note = joinNotes(strings.TrimSpace(name[open+1:len(name)-1]), note)
		name = strings.TrimSpace(name[:open])
	}
	for _, tail := range []string{" to taste", " nach Geschmack"} {
		if rest, ok := strings.CutSuffix(name, tail); ok {
			return rest, joinNotes(tail[1:], note)
		}
	}
	return name, note
}

// commaOutside finds the first comma that is in no parentheses and between no digits; -1 for none.
func commaOutside(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth <= 0 && !betweenDigits(s, i) {
				return i
			}
		}
	}
	return -1
}

func betweenDigits(s string, i int) bool {
	return i > 0 && i+1 < len(s) && isDigit(s[i-1]) && isDigit(s[i+1])
}

func joinNotes(first, second string) string {
	switch {
	case first == "":
		return second
	case second == "":
		return first
	default:
		return first + ", " + second
	}
}
