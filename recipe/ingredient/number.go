package ingredient

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"larder.dev/recipe/units"
)

// amount is a number or a range; upper is nil for a single number.
type amount struct {
	from  float64
	upper *float64
}

const (
	// maxDigits limits whole numbers: a longer one is a telephone number, not an amount.
	maxDigits = 7
	// maxLiteral limits a number with its decimals, of which programs write many.
	maxLiteral = 28
	// maxBelow limits denominators: "2/400 g" isn't a fraction.
	maxBelow = 64
)

// amountAt reads an amount: "1 1/2", "1½", "1,5", "2-3", "2 to 3", "two", "a dozen". next is i if
// there is none.
func (l *line) amountAt(i int) (found amount, next int) {
	from, next := l.numberAt(i)
	if next == i {
		return amount{}, i
	}
	found = amount{from: from}
	upper, after := l.upperAt(i, next)
	if after == next {
		return found, next
	}
	if l.has(after-1, dozens) && !l.has(next-1, dozens) && (l.kindAt(after-2) == number || l.numeral(after-2) >= 1) {
		found.from *= l.dozen(after - 1) // "2-3 dozen" is 24 to 36
	}
	if upper <= found.from {
		return amount{from: from}, next
	}
	found.upper = kept(upper)
	return found, after
}

// kept moves a number to the heap. Taking the address of a local would move it there for every
// line, even those without a range.
func kept(v float64) *float64 { return &v }

// upperAt reads the upper end of a range whose lower end is from start up to i.
func (l *line) upperAt(start, i int) (upper float64, next int) {
	at := l.rangeSign(i)
	if at == i && l.has(i, and) && l.has(start-1, between) {
		at = i + 1 // "between 2 and 3"
	}
	if at == i {
		return 0, i
	}
	if l.is(at, "~") {
		at++
	}
	upper, next = l.numberAt(at)
	if next == at {
		return 0, i
	}
	return upper, next
}

// rangeSign skips what separates the ends of a range.
func (l *line) rangeSign(i int) int {
	switch low := l.low(i); {
	case isDash(low):
		if l.has(i+1, to|or) { // "3- to 4-pound", "3-to-4-pound"
			i++
			if l.is(i+1, "-") && l.tokens[i+1].glued {
				i++
			}
		}
		return i + 1
	case l.has(i, to|or):
		return i + 1
	default:
		return i
	}
}

func isDash(low string) bool {
	switch low {
	case "-", "–", "—", "‐", "‑", "−":
		return true
	default:
		return false
	}
}

// numberAt reads one number in digits, as a fraction, mixed, or in words.
func (l *line) numberAt(i int) (value float64, next int) {
	if l.kindAt(i) == word {
		return l.wordNumberAt(i)
	}
	whole, next := l.plainAt(i)
	if next == i || isSlash(l.low(i-1)) && l.kindAt(i-2) == number && l.tokens[i-1].glued && l.tokens[i].glued {
		return 0, i // also the lower part of an invalid fraction
	}
	if value, after := l.slashAt(next, whole); after > next {
		return l.times(value, after)
	}
	if l.brokenFraction(next) {
		return 0, i
	}
	if l.isSign(i) {
		return l.times(whole, l.afterOrdinal(next))
	}
	if part, after := l.partAt(next); after > next {
		return l.times(whole+part, after)
	}
	if l.kindAt(next) == number && isSlash(l.low(next+1)) && l.tokens[next+1].glued {
		return 0, i // a mixed number that can't be read
	}
	return l.times(whole, next)
}

// dozen returns the size of a dozen or a similar word: a French dizaine is ten.
func (l *line) dozen(i int) float64 {
	if value := l.value(i); value > 0 {
		return value
	}
	return 12
}

// dozens continues after value dozens: "1 docena y media".
func (l *line) dozens(value float64, i int) (float64, int) {
	next := l.afterPoint(i + 1)
	at := next + 1
	if l.has(at, article) {
		at++
	}
	if part := l.numeral(at); l.has(next, and) && part > 0 && part < 1 && at+1 < len(l.tokens) {
		return l.dozen(i) * (value + part), at + 1
	}
	return l.dozen(i) * value, next
}

// times reads a dozen, a hundred, or a fraction in words after a number: "2 dozen", "2 thirds",
// "1 halbe".
func (l *line) times(value float64, next int) (float64, int) {
	if next >= len(l.tokens) || l.kindAt(next) != word {
		return value, next
	}
	switch {
	case l.has(next, dozens):
		return l.dozens(value, next)
	case l.is(next, "baker's") && l.has(next+1, dozens):
		return (l.dozen(next+1) + 1) * value, next + 2
	case l.has(next, hundred):
		return 100 * value, next + 1
	}
	if !l.has(next, fraction) || next+1 >= len(l.tokens) || value != 1 && !l.has(next, fractions) {
		return value, next
	}
	after := next + 1
	if l.is(after, "-") && l.has(next, prefix) {
		after++ // "1 demi-citron"
	}
	return value * l.value(next), after
}

// plainAt reads digits or a fraction sign.
func (l *line) plainAt(i int) (value float64, next int) {
	if l.kindAt(i) != number {
		return 0, i
	}
	literal := l.low(i)
	if r, _ := utf8.DecodeRuneInString(literal); isFractionSign(r) {
		value, _ = units.Sign(r)
		return value, i + 1
	}
	whole := literal[:digits(literal)]
	if len(whole) > maxDigits || len(literal) > maxLiteral || l.isLabel(i, whole) {
		return 0, i
	}
	if len(whole) == len(literal) {
		value, err := strconv.ParseFloat(literal, 64)
		if err != nil {
			return 0, i
		}
		if l.thousands(i + 1) {
			return 1000 * value, i + 2
		}
		return value, i + 1
	}
	value, err := strconv.ParseFloat(l.decimal(i, literal, whole), 64)
	if err != nil {
		return 0, i
	}
	return meant(value, len(literal)-len(whole)-1), i + 1
}

// thousands reports whether the "000" of "1 000 g" belongs to the number before it.
func (l *line) thousands(i int) bool {
	if !l.is(i, "000") || l.tokens[i].glued {
		return false
	}
	unit, next := l.unitAt(i + 1)
	return next > i+1 && isSmall(unit)
}

// decimal converts a number with points or commas to strconv's form. English separates thousands
// with commas and decimals with points, German the other way round, so three digits after either
// are ambiguous: the unit decides what is plausible. Kitchens weigh a thousand grams, but not a
// thousand litres or 1.333 g.
func (l *line) decimal(i int, literal, whole string) string {
	rest := literal[len(whole):]
	last := strings.LastIndexAny(rest, ".,'’")
	if last > 0 {
		return groups(whole+rest[:last]) + decimals(rest, last)
	}
	comma, fraction := rest[0] == ',', rest[1:]
	if len(fraction) != 3 || strings.HasPrefix(whole, "0") || whole == "" {
		return whole + "." + fraction
	}
	unit, found := l.unitOfNumber(i + 1)
	switch {
	case !found && comma, found && isSmall(unit) && comma:
		return whole + fraction
	case found && isSmall(unit) && (len(whole) == 1 && fraction[2] == '0' || len(whole) == 2 && fraction == "000"):
		return whole + fraction
	case found && comma && unit.Dimension() == units.Thing:
		return whole + fraction
	default:
		return whole + "." + fraction
	}
}

// groups removes thousands separators.
func groups(literal string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, literal)
}

// decimals reads what follows the last of several separators: thousands if it repeats the first one
// or is an apostrophe.
func decimals(rest string, last int) string {
	tail := strings.TrimLeft(rest[last:], ".,'’")
	if rest[last] == rest[0] || rest[last] != '.' && rest[last] != ',' {
		return tail
	}
	return "." + tail
}

// isSmall reports whether a kitchen uses thousands of the unit.
func isSmall(unit units.Unit) bool {
	switch unit.Name() {
	case "g", "ml", "mg":
		return true
	default:
		return false
	}
}

// unitOfNumber finds the unit of the number before i, a few tokens ahead: "1.000-1.500 g".
func (l *line) unitOfNumber(i int) (units.Unit, bool) {
	for at := i; at < i+4 && at < len(l.tokens); at++ {
		if unit, next := l.unitAt(at); next > at {
			return unit, true
		}
		if l.kindAt(at) != number && l.rangeSign(at) == at {
			break
		}
	}
	return units.Unit{}, false
}

// meant returns the number that a program wrote with many decimals: 0.33333334 is a third.
func meant(value float64, decimals int) float64 {
	if decimals < 4 {
		return value
	}
	near := math.Max(math.Pow10(-decimals), 1e-6)
	for _, below := range []float64{3, 6} {
		if above := math.Round(value * below); math.Abs(value-above/below) < near {
			return above / below
		}
	}
	if decimals < 7 {
		return value
	}
	return math.Round(value*1e6) / 1e6
}

// isLabel reports whether a number is part of a name: "00 flour", "2% milk", "7up".
func (l *line) isLabel(i int, whole string) bool {
	if strings.HasPrefix(whole, "00") || l.is(i+1, "%") {
		return true
	}
	if i > 0 && l.tokens[i].glued && l.kindAt(i-1) == word && !l.mayTouch(i-1) {
		return true
	}
	if l.kindAt(i+1) != word || !l.tokens[i+1].glued || l.low(i+1) == "x" || l.has(i+1, to|or) {
		return false
	}
	if l.has(i+1, ordinal) && (l.is(i-1, "/") || l.is(i-1, "⁄")) {
		return false // "1/3rd"
	}
	_, next := l.unitAt(i + 1)
	return next == i+1
}

// mayTouch reports whether the word before a number needs no space after it: "2x400g", "10 to12",
// "1lb2oz".
func (l *line) mayTouch(i int) bool {
	if l.is(i, "x") || l.has(i, to|or) || strings.HasSuffix(l.low(i), "'") || strings.HasSuffix(l.low(i), "’") {
		return true // also "d'1 citron"
	}
	_, next := l.unitAt(i)
	return next > i && i > 0 && l.tokens[i].glued && l.kindAt(i-1) == number
}

// slashAt reads the denominator of "3/4", where above is 3.
func (l *line) slashAt(i int, above float64) (value float64, next int) {
	if !isSlash(l.low(i)) {
		return 0, i
	}
	below, next := l.plainAt(i + 1)
	if next == i+1 || below == 0 || below > maxBelow || l.isSign(i+1) || strings.ContainsAny(l.low(i+1), ".,") {
		return 0, i
	}
	return above / below, l.afterOrdinal(next)
}

func isSlash(low string) bool { return low == "/" || low == "⁄" || low == "∕" }

// brokenFraction reports whether a slash and a number follow that form no fraction: the numerator
// alone would be wrong.
func (l *line) brokenFraction(i int) bool {
	return isSlash(l.low(i)) && l.kindAt(i+1) == number && l.tokens[i].glued && l.tokens[i+1].glued
}

// afterOrdinal skips the ending of "1/3rd" and "1/4 th".
func (l *line) afterOrdinal(i int) int {
	if l.has(i, ordinal) && i+1 < len(l.tokens) {
		return i + 1
	}
	return i
}

// partAt reads what makes a whole number mixed: "½", " ½", " 1/2", "-1/2", " and 1/2",
// " and a half".
func (l *line) partAt(i int) (value float64, next int) {
	at := i
	if l.has(at, and) || l.is(at, "-") || l.is(at, "+") && l.tokens[at].glued {
		at++ // "1-1/2", and since a range can't go down, "1 - 1/2"
	}
	if at > i && l.is(at, "-") && l.tokens[at].glued && l.has(i, and) {
		at++ // the "and-a-half" of "one-and-a-half"
	}
	if l.kindAt(at) == word {
		return l.wordPartAt(i, at)
	}
	above, next := l.plainAt(at)
	switch {
	case next == at:
		return 0, i
	case l.isSign(at):
		return above, l.afterOrdinal(next) // ½
	case at == i && l.tokens[at].glued:
		return 0, i // "21/2" isn't "2 1/2"
	}
	value, next = l.slashAt(next, above)
	if value <= 0 || value >= 1 {
		return 0, i
	}
	return value, next
}

// wordPartAt reads an "and a half" that begins at i; its first word after "and" is token at.
func (l *line) wordPartAt(i, at int) (value float64, next int) {
	if at == i || !l.has(i, and) {
		return 0, i
	}
	times := 1.0
	if n := l.numeral(at); l.has(at, article) || n >= 1 && n < 10 && n == math.Trunc(n) {
		times = math.Max(n, 1)
		at++
		if l.is(at, "-") {
			at++
		}
	}
	value = times * l.fraction(at)
	if value <= 0 || value >= 1 || at+1 >= len(l.tokens) || l.has(at+1, and) {
		return 0, i
	}
	return value, at + 1
}

func (l *line) isSign(i int) bool {
	r, _ := utf8.DecodeRuneInString(l.low(i))
	return isFractionSign(r)
}

func isFractionSign(r rune) bool {
	if r < '¼' {
		return false // most are digits and letters
	}
	_, ok := units.Sign(r)
	return ok
}

// wordNumberAt reads a number in words: "two", "twenty-five", "two thirds", "one and a half",
// "a dozen", "half a". A bare "a" counts only before a unit ("a pinch", "a large bunch"), since
// "a little salt" is no amount.
func (l *line) wordNumberAt(i int) (value float64, next int) {
	if l.has(i, article) {
		return l.articleAt(i)
	}
	value = l.numeral(i)
	switch {
	case value == 0 || i+1 == len(l.tokens):
		return 0, i
	case value < 1:
		return l.partOfOne(i, value)
	}
	next = i + 1
	at := next
	if l.is(at, "-") && l.tokens[at].glued {
		at++
	}
	if ones := l.numeral(at); value >= 20 && ones >= 1 && ones < 10 {
		value, next = value+ones, at+1 // twenty-five
	}
	if value >= 20 && l.numeral(next) >= 1 {
		return 0, i // "cent cinquante": reading only a part would be wrong
	}
	if part := l.fraction(at); part > 0 && value < 10 && at+1 < len(l.tokens) && (at == next || l.tokens[at].glued) {
		return value * part, at + 1 // two-thirds
	}
	if part, after := l.partAt(l.overHyphen(next)); after > l.overHyphen(next) {
		return value + part, after
	}
	return l.times(value, next)
}

// overHyphen skips the first hyphen of "one-and-a-half".
func (l *line) overHyphen(i int) int {
	if l.is(i, "-") && l.tokens[i].glued && l.has(i+1, and) {
		return i + 1
	}
	return i
}

// partOfOne continues after a half: "half an onion", "half of a lime", "half a dozen".
func (l *line) partOfOne(i int, value float64) (float64, int) {
	at := i + 1
	if l.is(at, "-") && l.tokens[at].glued && (l.has(at+1, dozens) || l.has(i, prefix)) {
		at++
	}
	switch {
	case l.has(at, and):
		return 0, i // half and half is a cream
	case l.isOf(at) && l.has(at+1, article):
		return value, at + 2
	case l.has(at, article):
		at++
	}
	return l.times(value, at)
}

func (l *line) articleAt(i int) (value float64, next int) {
	switch {
	case l.has(i+1, dozens):
		return l.dozens(1, i+1)
	case l.has(i+1, to|or) && l.numeral(i+2) > 1:
		return 1, i + 1 // "une ou deux gousses"
	case l.has(i+1, hundred):
		return 100, i + 2
	case l.has(i+1, fraction) && i+2 < len(l.tokens):
		if l.is(i+2, "-") && (l.has(i+3, dozens) || l.has(i+1, prefix)) {
			return l.times(l.value(i+1), i+3)
		}
		return l.times(l.value(i+1), i+2)
	}
	if l.kindAt(i+1) == number || l.numeral(i+1) >= 1 {
		return l.articleBeforeNumber(i)
	}
	if part, next := l.partAt(i + 1); next > i+1 {
		return 1 + part, next // "en och en halv dl"
	}
	unit := l.afterModifiers(i + 1)
	if _, next := l.unitAt(unit); next > unit && next < len(l.tokens) {
		return 1, i + 1
	}
	return 0, i
}

// articleBeforeNumber reads the "a" of "a 5-pound leg of lamb", "a 4- to 5-pound goose". It looks
// only at plain numbers: reading any amount there would read articles again, and so on to the end
// of the line.
func (l *line) articleBeforeNumber(i int) (value float64, next int) {
	at := l.plainMixed(i + 1)
	if l.numeral(i+1) >= 1 {
		at = i + 2
	}
	if at == i+1 {
		return 0, i
	}
	if sign := l.rangeSign(at); sign > at {
		if end := l.plainMixed(sign); end > sign {
			at = end
		}
	}
	if l.is(at, "-") && l.tokens[at].glued {
		at++
	}
	if _, next := l.unitAt(at); next > at && l.kindAt(next) == word {
		return 1, i + 1
	}
	return 0, i
}

// plainMixed skips a number in digits, with its fraction.
func (l *line) plainMixed(i int) int {
	above, next := l.plainAt(i)
	if next == i {
		return i
	}
	if _, after := l.slashAt(next, above); after > next {
		return after
	}
	if l.kindAt(next) == number {
		if _, after := l.partAt(next); after > next {
			return after
		}
	}
	return next
}
