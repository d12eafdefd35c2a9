package ingredient

import (
	"strconv"
	"strings"

	"larder.dev/recipe/units"
)

// unitAt reads a unit of one word or several ("fl oz"), with the points of an abbreviation.
func (l *line) unitAt(i int) (unit units.Unit, next int) {
	if l.is(i, `"`) || l.is(i, "″") || l.is(i, "”") {
		return units.Named("inch"), i + 1
	}
	if l.kindAt(i) != word {
		return units.Unit{}, i
	}
	if unit, next := l.unitOfWords(i); next > i {
		return unit, next
	}
	if strings.HasPrefix(l.low(i), "inch-") {
		return units.Named("inch"), i + 1 // 1-inch-thick
	}
	if l.is(i, "in") && i > 0 && l.kindAt(i-1) == number && (l.tokens[i].glued || l.afterPoint(i+1) > i+1) {
		return units.Named("inch"), l.afterPoint(i + 1) // 1in
	}
	if l.at(i) == "ML" && !l.manyBefore(i) {
		return units.Unit{}, i // also the Slovak teaspoon
	}
	if l.tokens[i].noUnit {
		return units.Unit{}, i
	}
	unit, ok := l.words.units.Parse(singular(l.at(i)))
	if !ok || l.begins(i, notUnit) || l.is(i+1, "®") || l.is(i+1, "™") {
		return units.Unit{}, i
	}
	if l.is(i+1, "/") && l.tokens[i+1].glued && (l.is(i+2, "n") || l.is(i+2, "e")) {
		return unit, i + 3 // Dose/n
	}
	return unit, l.afterPoint(i + 1)
}

// unitOfWords reads the longest unit of two or more words.
func (l *line) unitOfWords(i int) (unit units.Unit, next int) {
	longest := lexicon.all[l.tokens[i].lexeme].longest[l.language]
	if longest == 0 {
		return units.Unit{}, i
	}
	var buffer [64]byte
	text, next := append(buffer[:0], l.low(i)...), i
	at := l.afterPoint(i + 1)
	for range longest - 1 {
		if l.kindAt(at) != word || len(text)+len(l.low(at)) >= len(buffer) {
			break
		}
		text = append(append(text, ' '), l.low(at)...)
		at = l.afterPoint(at + 1)
		if known, ok := l.words.units.Parse(string(text)); ok {
			unit, next = known, at
		}
	}
	return unit, next
}

// manyBefore reports whether a number of ten or more precedes i, or the whole line is in capitals.
func (l *line) manyBefore(i int) bool {
	whole, next := l.plainDigits(i - 1)
	return next == i && (whole >= 10 || l.text == strings.ToUpper(l.text))
}

// plainDigits reads only digits.
func (l *line) plainDigits(i int) (value float64, next int) {
	if l.kindAt(i) != number {
		return 0, i
	}
	value, err := strconv.ParseFloat(strings.Replace(l.low(i), ",", ".", 1), 64)
	if err != nil {
		return 0, i
	}
	return value, i + 1
}

// afterPoint skips the point of an abbreviation.
func (l *line) afterPoint(i int) int {
	if l.is(i, ".") && l.tokens[i].glued {
		return i + 1
	}
	return i
}

// afterModifiers skips modifiers of a unit: "heaped", "large", "very thin".
func (l *line) afterModifiers(i int) int {
	for l.has(i, size|modifier) {
		i = l.afterPoint(i + 1)
	}
	return i
}

// beforeUnit moves what is between a number and its unit to the notes: "1 or more cups", "1+ cups",
// "1 #2 can".
func (l *line) beforeUnit(i int) int {
	next := l.canSize(i)
	switch {
	case l.has(i, or) && l.has(i+1, openEnded):
		next = i + 2
	case l.is(i, "+"):
		next = i + 1
	}
	unit := l.afterModifiers(next)
	if _, after := l.unitAt(unit); next == i || after == unit {
		return i
	}
	if !l.is(i, "+") {
		l.addNote(i, next)
	}
	return next
}

// preparedUnit skips the preparation of what is counted: "2 peeled cloves garlic".
func (l *line) preparedUnit(i int) int {
	at := l.preparationAt(i, len(l.tokens))
	unit, next := l.unitAt(at)
	if next == at || !behindName[unit.Name()] && unit.Dimension() != units.Volume || l.kindAt(next) != word {
		return i
	}
	return at
}

// partOfName reports whether the number before at is part of a name: "7-Up", "5-spice powder".
func (l *line) partOfName(at int) bool {
	if !l.is(at, "-") || !l.tokens[at].glued || at+1 >= len(l.tokens) || !l.tokens[at+1].glued {
		return false
	}
	_, next := l.unitAt(at + 1)
	return next == at+1
}

// modifiedBehind moves modifiers after a unit to the notes: "1 cucchiaio colmo di farina",
// "2 litri circa di brodo", "1 cup scant flour", "2 cups, heaping, nuts".
func (l *line) modifiedBehind(i int) int {
	at := i
	if l.is(at, ",") && l.isAny(at+1, behindUnit) {
		at++
	}
	next := l.phraseAt(at, behindUnit)
	if next == at {
		next = l.afterModifiers(at)
	}
	if l.has(next, qualifier|behindUnit) {
		next = l.afterPoint(next + 1)
	}
	telling := next > at && (l.has(next-1, behindUnit) || l.phraseAt(at, behindUnit) == next)
	switch {
	case next > at && l.isOf(next), telling && l.kindAt(next) == word:
		l.addNote(at, next)
		return next
	case telling && l.is(next, ",") && l.kindAt(next+1) == word:
		l.addNote(at, next)
		return next + 1
	default:
		return i
	}
}

// repeatedUnit reads the upper end of "200g-250g" and "1 cup to 2 cups".
func (l *line) repeatedUnit(i int, unit units.Unit) (upper float64, next int) {
	at := l.rangeSign(i)
	if at == i {
		return 0, i
	}
	upper, after := l.numberAt(at)
	again, end := l.unitAt(after)
	if after == at || end == after || again != unit {
		return 0, i
	}
	return upper, end
}

// bareUnit reads a unit without a number: "pinch of salt", "large handful basil".
func (l *line) bareUnit(i int) int {
	few := l.few(i)
	at := l.afterModifiers(few)
	unit, next := l.unitAt(at)
	measured := unit.Dimension() == units.Volume && l.isOf(next) && unit.Name() != "l"
	if next == at || next >= len(l.tokens) || unit.Dimension() != units.Thing && !measured || l.kindAt(next) != word {
		return i
	}
	if few == i && !l.isOf(next) && (!scooped[unit.Name()] || !l.words.units.One(l.low(at))) {
		return i // "cans tomatoes" and "slices bread" are names
	}
	l.addNote(i, at)
	l.unit = unit.Name()
	return l.afterOf(next)
}
