package ingredient

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"larder.dev/recipe/units"
)

// amount is one number or a range; upper is nil where it is one number.
type amount struct {
	from  float64
	upper *float64
}

// maxDigits bounds a number: a longer row of digits is a telephone number, not an amount.
const maxDigits = 7

// amountAt reads an amount: "1 1/2", "1½", "1,5", "2-3", "2 to 3", "two", "a dozen". next is i where there is none.
func (l *line) amountAt(i int) (found amount, next int) {
	from, next := l.numberAt(i)
	if next == i {
		return amount{}, i
	}
	found = amount{from: from}
	if upper, after := l.upperAt(next, from); after > next {
		found.upper, next = &upper, after
	}
	return found, next
}

// upperAt reads the upper end of a range behind its lower one.
func (l *line) upperAt(i int, from float64) (upper float64, next int) {
	at := l.rangeSign(i)
	if at == i {
		return 0, i
	}
	if l.is(at, "~") {
		at++
	}
	upper, next = l.numberAt(at)
	if next == at || upper <= from {
		return 0, i
	}
	return upper, next
}

// rangeSign steps over what stands between the ends of a range.
func (l *line) rangeSign(i int) int {
	switch l.low(i) {
	case "-", "–", "—", "‐", "‑", "−":
		if l.is(i+1, "to") || l.is(i+1, "or") || l.is(i+1, "bis") { // "3- to 4-pound", "3-to-4-pound"
			i++
			if l.is(i+1, "-") && l.tokens[i+1].glued {
				i++
			}
		}
		return i + 1
	case "to", "or", "bis", "oder":
		return i + 1
	default:
		return i
	}
}

// numberAt reads one number in digits, as a fraction, mixed, or in words.
func (l *line) numberAt(i int) (value float64, next int) {
	if l.kindAt(i) == word {
		return l.wordNumberAt(i)
	}
	whole, next := l.plainAt(i)
	if next == i {
		return 0, i
	}
	if value, after := l.slashAt(next, whole); after > next {
		return l.times(value, after)
	}
	if l.isSign(i) {
		return whole, next
	}
	if part, after := l.partAt(next); after > next {
		return l.times(whole+part, after)
	}
	return l.times(whole, next)
}

// times reads the dozen, or the German half, behind a number.
func (l *line) times(value float64, next int) (float64, int) {
	switch low := l.low(next); {
	case isDozen(low):
		return 12 * value, next + 1
	case value == 1 && strings.HasPrefix(low, "halbe") && numberWords[low] > 0 && next+1 < len(l.tokens):
		return numberWords[low], next + 1 // "1 halbe Zitrone"
	default:
		return value, next
	}
}

func isDozen(low string) bool { return low == "dozen" || low == "dutzend" }

// plainAt reads digits or a fraction sign. A comma before exactly three digits parts thousands, as English
// writes them; before any other number of digits it is the decimal comma.
func (l *line) plainAt(i int) (value float64, next int) {
	if l.kindAt(i) != number {
		return 0, i
	}
	literal := l.low(i)
	if r, _ := utf8.DecodeRuneInString(literal); isFractionSign(r) {
		value, _ = units.Sign(r)
		return value, i + 1
	}
	whole, decimals, fractional := strings.Cut(strings.Replace(literal, ",", ".", 1), ".")
	if len(whole) > maxDigits || len(decimals) > maxDigits || l.isLabel(i, whole) {
		return 0, i
	}
	switch {
	case fractional && len(decimals) == 3 && strings.Contains(literal, ","):
		literal = whole + decimals
	case fractional:
		literal = whole + "." + decimals
	}
	value, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return 0, i
	}
	return value, i + 1
}

// isLabel tells a number that is part of a name: "00 flour", "2% milk", "7up".
func (l *line) isLabel(i int, whole string) bool {
	if strings.HasPrefix(whole, "00") || l.is(i+1, "%") {
		return true
	}
	if i > 0 && l.tokens[i].glued && l.kindAt(i-1) == word && !l.is(i-1, "x") {
		return true
	}
	if l.kindAt(i+1) != word || !l.tokens[i+1].glued || l.low(i+1) == "x" {
		return false
	}
	_, next := l.unitAt(i + 1)
	return next == i+1
}

// slashAt reads the lower half of "3/4", where above is the 3.
func (l *line) slashAt(i int, above float64) (value float64, next int) {
	switch l.low(i) {
	case "/", "⁄", "∕":
	default:
		return 0, i
	}
	below, next := l.plainAt(i + 1)
	if next == i+1 || below == 0 || l.isSign(i+1) || strings.ContainsAny(l.low(i+1), ".,") {
		return 0, i
	}
	return above / below, next
}

// partAt reads what makes a whole number mixed: "½", " ½", " 1/2", "-1/2", " and 1/2".
func (l *line) partAt(i int) (value float64, next int) {
	at := i
	switch l.low(at) {
	case "and", "&", "und", "-": // "1-1/2", and since a range can't go down, "1 - 1/2"
		at++
	}
	above, next := l.plainAt(at)
	switch {
	case next == at:
		return 0, i
	case l.isSign(at):
		return above, next // ½
	case at == i && l.tokens[at].glued:
		return 0, i // "21/2" is no "2 1/2"
	}
	value, next = l.slashAt(next, above)
	if value <= 0 || value >= 1 {
		return 0, i
	}
	return value, next
}

func (l *line) isSign(i int) bool {
	r, _ := utf8.DecodeRuneInString(l.low(i))
	return isFractionSign(r)
}

func isFractionSign(r rune) bool {
	_, ok := units.Sign(r)
	return ok
}

// wordNumberAt reads a number in words: "two", "a dozen", "half a". "a" alone counts only before a unit ("a
// pinch", "a large bunch"), since "a little salt" is no amount.
func (l *line) wordNumberAt(i int) (value float64, next int) {
	low := l.low(i)
	if isArticle(low) {
		return l.articleAt(i)
	}
	value, ok := numberWords[low]
	switch {
	case !ok || i+1 == len(l.tokens):
		return 0, i
	case value < 1 && isArticle(l.low(i+1)):
		return value, i + 2
	case value < 1 && (l.is(i+1, "and") || l.is(i+1, "&")):
		return 0, i // half and half is a cream
	default:
		return l.times(value, i+1)
	}
}

func (l *line) articleAt(i int) (value float64, next int) {
	after := l.low(i + 1)
	switch {
	case isDozen(after):
		return 12, i + 2
	case numberWords[after] > 0 && numberWords[after] < 1 && i+2 < len(l.tokens):
		return numberWords[after], i + 2
	}
	if l.kindAt(i+1) == number {
		return l.articleBeforeNumber(i)
	}
	unit := l.afterModifiers(i + 1)
	if _, next := l.unitAt(unit); next > unit && next < len(l.tokens) {
		return 1, i + 1
	}
	return 0, i
}

// articleBeforeNumber reads the "a" of "a 5-pound leg of lamb". It looks at a plain number alone: reading any
// amount there would read articles again, and so on to the end of the line.
func (l *line) articleBeforeNumber(i int) (value float64, next int) {
	_, at := l.plainAt(i + 1)
	if l.is(at, "-") && l.tokens[at].glued {
		at++
	}
	if _, next := l.unitAt(at); at > i+1 && next > at && l.kindAt(next) == word {
		return 1, i + 1
	}
	return 0, i
}

func isArticle(low string) bool {
	switch low {
	case "a", "an", "ein", "eine", "einen", "einer":
		return true
	default:
		return false
	}
}
