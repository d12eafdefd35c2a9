package ingredient

import (
	"slices"

	"larder.dev/recipe/units"
)

// amountInNotes takes a line's only amount from a note that consists of it: "Beef bones (3x)",
// "Sichuan chillies, 1/3 cup".
func (l *line) amountInNotes() {
	for n, s := range l.notes {
		start, end := s.start, s.end
		for start < end && (l.is(start, ",") || l.is(start, "(") || l.is(start, "-")) {
			start++
		}
		for end > start && (l.is(end-1, ")") || l.is(end-1, ".") || l.each(end-1)) {
			end--
		}
		before := l.found()
		if next := l.wholeAmount(start); next == end && next > start {
			l.notes = slices.Delete(l.notes, n, n+1)
			return
		}
		l.restore(before)
	}
}

// wholeAmount reads an amount with its unit and second measure. Nothing that belongs to it may
// follow; next is i if there is none.
func (l *line) wholeAmount(i int) (next int) {
	start := l.quiet(i)
	found, at := l.amountAt(start)
	if at == start {
		return i
	}
	l.amount, l.places.amount = &found, span{start, at}
	if l.isTimes(at) {
		return at + 1
	}
	if l.ambiguous(at) {
		return i
	}
	modified := l.afterModifiers(at)
	unit, next := l.unitAt(modified)
	switch {
	case next == modified:
		return at
	case unit.Dimension() == units.Length:
		return i // a length, not an amount
	}
	l.addNote(at, modified)
	l.unit = unit.Name()
	if upper, after := l.repeatedUnit(next, unit); after > next && upper > found.from {
		found.upper, next = kept(upper), after
		l.places.amount = span{}
	}
	return l.otherMeasure(next, unit)
}

// trailing reads a line whose amount follows the name: "name: amount", "name - amount",
// "name 200 g, sliced". If there is none, it returns false and changes nothing.
func (l *line) trailing(i int) bool {
	for at := i + 1; at < len(l.tokens); at++ {
		if l.is(at, "(") {
			if at = l.closing(at); at < 0 {
				return false
			}
			continue
		}
		if l.kindAt(at) != number && !l.is(at, "~") {
			continue
		}
		if l.kindAt(at-1) == number {
			continue // the fraction of the number before it
		}
		before := l.found()
		next := l.wholeAmount(at)
		if next == at {
			l.restore(before)
			continue // a number in the name: "Farina 00 250 g"
		}
		if !l.standsBehind(at, next) {
			l.restore(before)
			return false
		}
		end := at
		for end > i && l.separates(end-1) {
			end--
		}
		l.phrase(i, end)
		l.remarks(next, len(l.tokens))
		return true
	}
	return false
}

func (l *line) separates(i int) bool {
	return l.is(i, ":") || l.is(i, "-") || l.is(i, "–") || l.is(i, ",") || l.is(i, ".") || l.is(i, "…") || l.isTimes(i)
}

// standsBehind reports whether the amount from at to next is that of the food before it, not a
// number in a name ("Chinese 5 spice", "flour type 405").
func (l *line) standsBehind(at, next int) bool {
	separated := l.separates(at - 1)
	unit := units.Named(l.unit)
	ended := next >= len(l.tokens)
	closed := ended || l.is(next, ",") || l.is(next, "(") || l.is(next, "|") || l.is(next, ".")
	switch {
	case l.has(at-1, numbered):
		return false
	case l.unit == "":
		return separated && closed || l.countBehind(at, next) || !ended && (l.is(next, ",") || l.has(next, size) && !l.is(at-1, ","))
	default:
		behind := ended && l.words.nounFirst && unit.Dimension() == units.Thing // "Aglio 1 spicchio"
		return closed && (separated || behind || unit.Dimension() != units.Thing && unit.Dimension() != units.Length)
	}
}

// maxBehind is the largest bare number after a food that counts it: a larger one is part of a name
// ("Heinz 57").
const maxBehind = 24

// countBehind reports whether a bare number after a food counts it: "Carrots 2",
// "Eggs 4 (72 grams)".
func (l *line) countBehind(at, next int) bool {
	if l.amount.from > maxBehind || l.kindAt(at-1) != word || len(l.low(at-1)) < 3 || l.tokens[at].glued {
		return false
	}
	if next >= len(l.tokens) {
		return true
	}
	if !l.is(next, "(") {
		return false
	}
	closed := l.closing(next)
	_, _, end := l.measureAt(next + 1)
	return closed > 0 && end > next+1 && l.onlyEach(end, closed)
}
