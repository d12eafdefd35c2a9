package ingredient

import (
	"strings"

	"larder.dev/recipe/units"
)

// countBeforeSize returns where the count of "2 - 14 1/2 ounce cans" ends, which is no range, or i
// in other lines.
func (l *line) countBeforeSize(i, next int) int {
	_, at := l.plainAt(i)
	if at == i || !isDash(l.low(at)) || l.tokens[at].glued || at+1 >= next {
		return i
	}
	if l.is(next, "-") && l.tokens[next].glued {
		next++
	}
	unit, after := l.unitAt(next)
	thing, end := l.unitAt(after)
	if after == next || unit.Dimension() == units.Thing || end == after || !containers[thing.Name()] {
		return i
	}
	return at
}

// canSize skips a can's size number: "#2", "No. 303", "(#10)".
func (l *line) canSize(i int) int {
	at := i
	if l.is(at, "(") {
		at++
	}
	if !l.is(at, "#") && !l.has(at, numbered) {
		return i
	}
	digits := l.afterPoint(at + 1)
	_, next := l.plainDigits(digits)
	if next == digits || at > i && !l.is(next, ")") {
		return i
	}
	return next + at - i
}

// sizedContainer reads the size of each one after a modifier: "2 large 28-oz. cans".
func (l *line) sizedContainer(at, modified int) int {
	if modified == at || l.second != nil || l.kindAt(modified) != number && !l.is(modified, "(") {
		return modified
	}
	before := l.found()
	next := l.sizeOfEach(modified)
	unit, after := l.unitAt(next)
	if next == modified || after == next || !containers[unit.Name()] {
		l.restore(before)
		return modified
	}
	l.addNote(at, modified)
	return next
}

// long takes the length from start up to end as the size of each one, or as a note with "thick" and
// "wide". A count before a fraction stays: "6 1/2-inch-thick slices" are six.
func (l *line) long(start, end int, length amount, unit units.Unit) int {
	fraction := l.kindAt(start) == number && l.kindAt(start+1) == number && !l.tokens[start+1].glued
	if whole, next := l.plainAt(start); fraction && next == start+1 && whole > 1 && l.manyFollow(end) {
		l.amount, l.places.amount = &amount{from: whole}, span{}
		start = next
	}
	if l.has(end, dimension) || strings.HasPrefix(l.low(end-1), "inch-") || l.amount != nil || l.second != nil {
		if l.has(end, dimension) {
			end++
		}
		l.addNote(start, end)
		return l.things(end)
	}
	_, _, next := l.measureAt(start)
	l.setSecond(length, unit, Each, span{start, next})
	if next < end {
		l.addNote(next+1, end) // the same in another unit
	}
	return l.things(end)
}

// cutInto moves the size of a measured food to the notes: "2 cups 1-inch cubes squash".
func (l *line) cutInto(i int) int {
	inside, closed := i, -1
	if l.is(i, "(") {
		inside, closed = i+1, l.closing(i)
	}
	_, unit, next := l.measureAt(inside)
	if next == inside || unit.Dimension() != units.Length || closed >= 0 && next != closed {
		return i
	}
	if closed >= 0 {
		next++
	}
	if l.is(next, "-") && l.tokens[next].glued {
		next++
	}
	if l.has(next, dimension) {
		next++
	}
	if thing, after := l.unitAt(next); after > next && thing.Dimension() == units.Thing {
		next = after
	}
	if l.kindAt(next) != word {
		return i
	}
	l.addNote(i, next)
	return l.afterOf(next)
}

// sizeOfEach reads the size of each one, between the number and what it counts: "2 (14 oz) cans",
// "1 3-pound chicken", "4 6-inch tortillas".
func (l *line) sizeOfEach(i int) int {
	inside, closed := i, -1
	if l.is(i, "(") {
		if closed = l.closing(i); closed < 0 {
			return i
		}
		inside = i + 1
		if l.has(inside, or) && l.has(inside+1, openEnded) && closed == inside+2 {
			l.addNote(inside, closed) // "1 (or more) tablespoon"
			return closed + 1
		}
	}
	if end := l.area(inside); end > inside && closed < 0 {
		l.addNote(inside, end)
		return end
	}
	found, unit, next := l.measureAt(inside)
	if each, after := l.amountAt(inside); next == inside && closed > inside && after == closed {
		if measured, past := l.unitAt(closed + 1); past > closed+1 && measured.Dimension() == units.Mass {
			l.setSecond(each, measured, Each, span{inside, past}) // "2 (3 1/2) pound chickens"
			return past
		}
	}
	if next == inside || l.has(inside, article) {
		return i
	}
	end := next
	if closed >= 0 {
		if !l.onlyEach(next, closed) {
			return i
		}
		end = closed + 1
	}
	inner := closed
	if closed < 0 {
		end = l.inOther(next)
		inner = end
	}
	if unit.Dimension() == units.Length {
		l.addNote(inside, inner)
		return end
	}
	l.setSecond(found, unit, Each, span{inside, next})
	return end
}

// area skips two lengths: "14x9-inch".
func (l *line) area(i int) int {
	_, at := l.plainAt(i)
	if at == i || !l.isTimes(at) {
		return i
	}
	_, next := l.plainAt(at + 1)
	if l.is(next, "-") && l.tokens[next].glued {
		next++
	}
	unit, end := l.unitAt(next)
	if unit.Dimension() != units.Length || next == at+1 {
		return i
	}
	return end
}

// inOther skips the same amount in another unit: "400g/14oz", "2cm/¾in".
func (l *line) inOther(i int) int {
	if closed := l.closing(i); l.is(i, "(") && closed > i {
		if _, unit, next := l.measureAt(i + 1); next == closed && unit.Dimension() != units.Thing {
			return closed + 1 // "400 g (14 oz) cans"
		}
	}
	for l.is(i, "/") || l.is(i, "|") {
		_, at := l.amountAt(i + 1)
		if at == i+1 {
			return i
		}
		_, next := l.unitAt(at)
		if l.is(at, "in") {
			next = at + 1
		}
		if next == at {
			return i
		}
		i = next
	}
	return i
}

// onlyEach reports whether only "each" and further measures are in the range.
func (l *line) onlyEach(i, end int) bool {
	for i < end {
		if l.has(i, each|or|qualifier) || l.kindAt(i) == mark && betweenMeasures[l.low(i)] {
			i++
			continue
		}
		_, _, next := l.measureAt(i)
		if next == i {
			return false
		}
		i = next
	}
	return true
}
