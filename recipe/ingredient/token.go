package ingredient

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/recipe/units"
)

// kind is a token's kind.
type kind uint8

const (
	word   kind = iota
	number      // digits, with a decimal point or comma, or a fraction sign
	mark        // one rune of anything else
)

// token is a piece of the line. Glued means that no space precedes it.
type token struct {
	start, end int
	kind       kind
	glued      bool
	noUnit     bool  // not a spelling of a unit in the line's language
	lexeme     int32 // its index in the lexicon
	roles      role  // its possible roles in the line's language
}

// maxTokens, together with maxLine, limits the work per line.
const maxTokens = 160

// usualTokens is enough for nearly all lines.
const usualTokens = 40

// scan splits a line into words, numbers and marks. ok is false if there are more than maxTokens.
func scan(line string, into []token) (tokens []token, ok bool) {
	for at := 0; at < len(line); {
		if line[at] == ' ' {
			at++
			continue
		}
		if len(into) == maxTokens {
			return into, false
		}
		next := token{start: at, glued: at > 0 && line[at-1] != ' '}
		next.kind, next.end = piece(line, at)
		behind := next.end
		if next.kind == word {
			if end, unit := compoundEnd(line[at:]); end > 0 {
				next.end, behind = at+end, at+unit
			}
		}
		into, at = append(into, next), behind
	}
	return into, true
}

func piece(line string, at int) (kind, int) {
	r, size := utf8.DecodeRuneInString(line[at:])
	switch {
	case isDigit(line[at]):
		return number, digitsEnd(line, at)
	case r == '.' && at+1 < len(line) && isDigit(line[at+1]) && (at == 0 || line[at-1] == ' ' || line[at-1] == '('):
		return number, at + 1 + digits(line[at+1:]) // .5
	case isFractionSign(r):
		return number, at + size
	case isTimes(line, at):
		return word, at + size
	case letter(r):
		return word, wordEnd(line, at)
	default:
		return mark, at + size
	}
}

// isTimes reports whether an x is beside digits: "2x400g", "x2".
func isTimes(line string, at int) bool {
	if line[at] != 'x' || at+1 >= len(line) || !isDigit(line[at+1]) {
		return false
	}
	return at == 0 || isDigit(line[at-1]) || line[at-1] == ' ' || line[at-1] == '('
}

// digitsEnd returns the end of a number in digits: "1,5", "1.5", "1,000", "1.234,5", "1'000".
func digitsEnd(line string, at int) int {
	end := at + digits(line[at:])
	if !isSeparator(line, end) {
		if after := end + apostrophe(line[end:]); after > end && digits(line[after:]) == 3 {
			return after + 3
		}
		return end
	}
	first := line[end]
	for {
		part := digits(line[end+1:])
		grouped := part == 3 && end-at <= 3 || part == 3 && line[end] == first
		sign := line[end]
		end += 1 + part
		if !grouped || sign != first || !isSeparator(line, end) || line[end] == first && digits(line[end+1:]) != 3 {
			return end
		}
	}
}

// isSeparator reports whether a point or comma is between digits.
func isSeparator(line string, at int) bool {
	return at+1 < len(line) && (line[at] == '.' || line[at] == ',') && isDigit(line[at+1])
}

// apostrophe returns the length of a leading apostrophe, the Swiss thousands separator, or 0.
func apostrophe(text string) int {
	for _, sign := range []string{"'", "’"} {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}

// wordEnd returns the end of a word including its inner hyphens, apostrophes and ampersands:
// "all-purpose", "M&M's".
func wordEnd(line string, at int) int {
	start, goesOn := at, true
	for at < len(line) && goesOn {
		if isASCIILetter(line[at]) {
			at++ // most are
			continue
		}
		at, goesOn = afterSign(line, start, at)
	}
	return at
}

// afterSign skips a character that isn't a plain letter, in the word that begins at start. goesOn
// is false if the word ends at next.
func afterSign(line string, start, at int) (next int, goesOn bool) {
	r, size := utf8.DecodeRuneInString(line[at:])
	next = at + size
	if isDigit(line[at]) && breaksBefore(line, start, at) {
		return at, false
	}
	if letter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
		return next, true
	}
	if plural := pluralSign(line[at:]); plural > 0 {
		return at + plural, false
	}
	follower, _ := utf8.DecodeRuneInString(line[next:])
	if (r == '\'' || r == '’') && (letter(follower) || unicode.IsDigit(follower)) && isEver(strings.ToLower(line[start:at]), elision) {
		return next, false // "d'ail", "d'1 citron"
	}
	if !joinsLetters(r) || !letter(follower) || r == '-' && numberBefore(line[start:at], line[next:]) {
		return at, false
	}
	return next, true
}

// joinsLetters reports whether a sign may be inside a word.
func joinsLetters(r rune) bool {
	switch r {
	case '-', '\'', '’', '&', '‐':
		return true
	default:
		return false
	}
}

// breaksBefore reports whether a digit after letters begins a number: "10 to12", "1lb2oz".
func breaksBefore(line string, start, at int) bool {
	low := strings.ToLower(line[start:at])
	if isEver(low, to|or) {
		return start > 1 && line[start-1] == ' ' && isDigit(line[start-2]) || start > 0 && isDigit(line[start-1])
	}
	if start == 0 || !isDigit(line[start-1]) {
		return false
	}
	_, ok := units.Parse(line[start:at])
	return ok
}

// numberBefore reports whether a hyphen separates a number in words from a fraction, number or
// unit: "two-thirds", "one-inch", "twenty-five", "one-and-a-half". "five-spice" and "half-and-half"
// are single words.
func numberBefore(before, behind string) bool {
	if len(before) > len("einundzwanzig") {
		return false
	}
	before = strings.ToLower(before)
	if isEver(before, prefix) {
		return true
	}
	value := numeralOf(before)
	if value == 0 && !isEver(before, and|article) {
		return false
	}
	end := 0
	for end < len(behind) && isASCIILetter(behind[end]) {
		end++
	}
	low := strings.ToLower(behind[:end])
	if value == 0 { // the "and-a-half" of "one-and-a-half"
		return isEver(low, article) || isEver(low, fraction) && (end == len(behind) || behind[end] != '-')
	}
	unit, ok := units.Parse(low)
	measured := ok && unit.Dimension() != units.Thing
	return measured || isEver(low, fraction|numeral|dozens) || value >= 1 && isEver(low, and)
}

// compoundEnd splits a compound of a food and its unit, "Knoblauchzehen": it returns the end of the
// food and the start of the unit, or 0 for any other word.
func compoundEnd(text string) (end, unit int) {
	for _, c := range compounds[text[0]] {
		n := len(c.food)
		if len(text) > n+len(c.joint) && strings.HasPrefix(text[n:], c.tail) && strings.EqualFold(text[:n], c.food) {
			return n, n + len(c.joint)
		}
	}
	return 0, 0
}

// pluralSign returns the length of a leading plural ending in parentheses: "clove(s)",
// "Zwiebel(n)".
func pluralSign(text string) int {
	if text[0] != '(' {
		return 0
	}
	for _, sign := range pluralSigns {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}

var pluralSigns = []string{"(s)", "(je)", "(jes)", "(n)", "(en)", "(er)", "(e)", "(es)"} //nolint:gochecknoglobals // a table

// singular removes such an ending from a word.
func singular(word string) string {
	if !strings.HasSuffix(word, ")") {
		return word
	}
	return word[:strings.LastIndexByte(word, '(')]
}

// letter reports whether a rune is part of a word. Fraction signs are numbers, and Unicode doesn't
// count them as letters.
func letter(r rune) bool { return unicode.IsLetter(r) }

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

func isASCIILetter(b byte) bool { return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' }

// lower returns the line in lower case with unchanged byte offsets, so that token positions fit
// both. all is false if a letter stays as it is because its lower case has another length.
func lower(line string) (folded string, all bool) {
	folded = strings.ToLower(line)
	if len(folded) == len(line) {
		return folded, true
	}
	return strings.Map(func(r rune) rune {
		if small := unicode.ToLower(r); utf8.RuneLen(small) == utf8.RuneLen(r) {
			return small
		}
		return r
	}, line), false
}
