package ingredient

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// amount is one number or a range; to is nil where it is one number.
type amount struct {
	from float64
	to   *float64
}

// maxDigits bounds a number: a longer row of digits is a telephone number, not an amount.
const maxDigits = 7

// leadingAmount takes the amount off the front of a line: "1 1/2", "1½", "1,5", "2-3", "2 to 3", "a dozen".
func leadingAmount(s string) (found amount, rest string, ok bool) {
	from, rest, ok := leadingNumber(s)
	if !ok {
		return amount{}, s, false
	}
	found = amount{from: from}
	after, isRange := cutRange(rest)
	if !isRange {
		return found, rest, true
	}
	to, behind, ok := leadingNumber(after)
	if !ok || to <= from {
		return found, rest, true
	}
	found.to = &to
	return found, behind, true
}

// cutRange takes the sign of a range off the front: a dash, or the word between two numbers.
func cutRange(s string) (rest string, ok bool) {
	trimmed := strings.TrimLeft(s, " ")
	for _, sign := range []string{"-", "–", "—", "to ", "or ", "bis ", "oder "} {
		if rest, ok := strings.CutPrefix(trimmed, sign); ok {
			return strings.TrimLeft(rest, " ~"), true
		}
	}
	return s, false
}

// leadingNumber reads one number in digits, as a fraction, mixed, or in words.
func leadingNumber(s string) (value float64, rest string, ok bool) {
	if value, rest, ok = leadingWordNumber(s); ok {
		return value, rest, true
	}
	whole, rest, hasWhole := leadingDecimal(s)
	if hasWhole {
		if value, behind, ok := slashFraction(whole, rest); ok {
			return value, behind, true
		}
		if part, behind, ok := fractionBehind(rest); ok {
			return whole + part, behind, true
		}
		return whole, rest, true
	}
	return leadingFractionSign(s)
}

// leadingDecimal reads digits with a point or a comma. A comma before exactly three digits parts thousands,
// as English writes them; before one or two digits it is the decimal comma.
func leadingDecimal(s string) (value float64, rest string, ok bool) {
	end := digits(s)
	if end == 0 || end > maxDigits {
		return 0, s, false
	}
	literal := s[:end]
	rest = s[end:]
	if len(rest) > 1 && (rest[0] == '.' || rest[0] == ',') {
		decimals := digits(rest[1:])
		switch {
		case decimals == 3 && rest[0] == ',':
			literal += rest[1:4]
			rest = rest[4:]
		case decimals > 0 && decimals <= maxDigits:
			literal += "." + rest[1:1+decimals]
			rest = rest[1+decimals:]
		}
	}
	value, err := strconv.ParseFloat(literal, 64)
	return value, rest, err == nil
}

// slashFraction reads "3/4", where whole was read as the 3.
func slashFraction(whole float64, rest string) (value float64, behind string, ok bool) {
	trimmed := strings.TrimLeft(rest, " ")
	after, ok := cutSlash(trimmed)
	if !ok {
		return 0, rest, false
	}
	below, behind, ok := leadingDecimal(strings.TrimLeft(after, " "))
	if !ok || below == 0 {
		return 0, rest, false
	}
	return whole / below, behind, true
}

func cutSlash(s string) (rest string, ok bool) {
	for _, slash := range []string{"/", "⁄", "∕"} {
		if rest, ok := strings.CutPrefix(s, slash); ok {
			return rest, true
		}
	}
	return s, false
}

// fractionBehind reads what makes a whole number mixed: "½", " ½", " 1/2", "-1/2", " and 1/2".
func fractionBehind(s string) (value float64, rest string, ok bool) {
	trimmed := strings.TrimLeft(s, " ")
	trimmed = strings.TrimPrefix(trimmed, "and ")
	if value, rest, ok := leadingFractionSign(trimmed); ok {
		return value, rest, true
	}
	if len(trimmed) == len(s) && !strings.HasPrefix(s, "-") {
		return 0, s, false // "21/2" is no "2 1/2"
	}
	trimmed = strings.TrimPrefix(trimmed, "-")
	above, behind, ok := leadingDecimal(trimmed)
	if !ok {
		return 0, s, false
	}
	value, behind, ok = slashFraction(above, behind)
	if !ok || value >= 1 {
		return 0, s, false
	}
	return value, behind, true
}

// leadingFractionSign reads one of the fractions that Unicode has a sign for.
func leadingFractionSign(s string) (value float64, rest string, ok bool) {
	r, size := utf8.DecodeRuneInString(s)
	value = fractionSign(r)
	return value, s[size:], value > 0
}

func fractionSign(r rune) float64 {
	switch r {
	case '½':
		return 1.0 / 2
	case '⅓':
		return 1.0 / 3
	case '⅔':
		return 2.0 / 3
	case '¼':
		return 1.0 / 4
	case '¾':
		return 3.0 / 4
	case '⅕':
		return 1.0 / 5
	case '⅖':
		return 2.0 / 5
	case '⅗':
		return 3.0 / 5
	case '⅘':
		return 4.0 / 5
	case '⅙':
		return 1.0 / 6
	case '⅚':
		return 5.0 / 6
	case '⅛':
		return 1.0 / 8
	case '⅜':
		return 3.0 / 8
	case '⅝':
		return 5.0 / 8
	case '⅞':
		return 7.0 / 8
	default:
		return 0
	}
}

// leadingWordNumber reads a number in words: "two", "a dozen", "half a". "a" alone counts only before a
// unit ("a pinch", "a bunch of"), since "a little salt" is no amount.
func leadingWordNumber(s string) (value float64, rest string, ok bool) {
	word, rest := cutWord(s)
	lower := strings.ToLower(word)
	if isArticle(lower) {
		next, behind := cutWord(rest)
		if strings.EqualFold(next, "dozen") || strings.EqualFold(next, "dutzend") {
			return 12, behind, true
		}
		if strings.EqualFold(next, "half") {
			return 0.5, behind, true
		}
		if unit, _ := leadingUnit(rest); unit != "" {
			return 1, rest, true
		}
		return 0, s, false
	}
	value = wordNumber(lower)
	if value == 0 || rest == "" {
		return 0, s, false
	}
	if lower == "half" {
		if article, behind := cutWord(rest); isArticle(strings.ToLower(article)) {
			rest = behind
		}
	}
	return value, rest, true
}

func isArticle(lower string) bool {
	switch lower {
	case "a", "an", "ein", "eine", "einen":
		return true
	default:
		return false
	}
}

func wordNumber(lower string) float64 {
	switch lower {
	case "half", "halbe", "halber", "halbes":
		return 0.5
	case "one", "eins":
		return 1
	case "two", "zwei":
		return 2
	case "three", "drei":
		return 3
	case "four", "vier":
		return 4
	case "five", "fünf":
		return 5
	case "six", "sechs":
		return 6
	case "seven", "sieben":
		return 7
	case "eight", "acht":
		return 8
	case "nine", "neun":
		return 9
	case "ten", "zehn":
		return 10
	case "eleven", "elf":
		return 11
	case "twelve", "zwölf", "dozen", "dutzend":
		return 12
	default:
		return 0
	}
}

// cutWord takes the first word off. The space behind it stays, since a number and what is glued to it are
// told apart by it.
func cutWord(s string) (word, rest string) {
	s = strings.TrimLeft(s, " ")
	if end := strings.IndexByte(s, ' '); end >= 0 {
		return s[:end], s[end:]
	}
	return s, ""
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }
