package ingredient

import (
	"strings"

	"larder.dev/recipe/units"
)

// leadingAmount reads the start of a line: a number with its unit and second measure, or a bare
// unit.
func (l *line) leadingAmount(i int) int {
	if l.isTimes(i) && l.kindAt(i+1) == number {
		i++ // "x2 eggs"
	}
	number, at := l.amountAt(i)
	if at == i {
		return l.bareUnit(i)
	}
	if l.partOfName(at) || l.ambiguous(at) {
		return i
	}
	if end := l.area(i); end > i {
		l.addNote(i, end)
		return l.things(end)
	}
	if counted := l.countBeforeSize(i, at); counted > i {
		number, at = amount{from: number.from}, counted
	}
	l.amount, l.places.amount = &number, span{i, at}
	times := l.isTimes(at)
	if times {
		at++
	}
	sized := at
	if isDash(l.low(at)) && !l.tokens[at].glued {
		sized++ // "2 - 14 ounce cans"
	}
	if each := l.sizeOfEach(sized); each > sized || sized == at {
		at = each
	}
	at = l.ofA(at)
	next := l.afterNumber(i, at)
	if l.second != nil && l.second.Relation == Each && !times {
		l.sameOrEach(at)
	}
	return next
}

func (l *line) isTimes(i int) bool { return l.is(i, "x") || l.is(i, "×") }

// ambiguous reports whether a unit is a spoon in one language and a millilitre in another, so that
// the amount stays text.
func (l *line) ambiguous(i int) bool {
	if l.at(i) != "ML" {
		return false
	}
	_, next := l.unitAt(i)
	return next == i
}

// ofA skips what is between a fraction and its unit: "3/4 of a cup", "1/4 a stick".
func (l *line) ofA(i int) int {
	at := i
	if l.isOf(at) {
		at++
	}
	part := at > i && l.amount.from < 1 && l.amount.upper == nil // "1/4 de litro"
	if l.has(at, article) {
		at++
	} else if !part {
		return i
	}
	if _, next := l.unitAt(at); next > at {
		return at
	}
	if _, unit, next := l.measureAt(at); next > at && unit.Dimension() != units.Thing && l.has(at-1, article) {
		return l.sizeOfEach(at) // "half of a 14-ounce can"
	}
	return i
}

// afterNumber reads the unit of the number that begins at start, and what belongs to it.
func (l *line) afterNumber(start, at int) int {
	unitStart := at
	if l.is(at, "-") && l.tokens[at].glued {
		at++ // 14-ounce
	}
	at = l.beforeUnit(at)
	modified := l.afterModifiers(at)
	modified = l.preparedUnit(modified)
	if sized := l.sizedContainer(at, modified); sized > modified {
		at, modified = sized, sized
	}
	unit, after := l.unitAt(modified)
	counted := unit.Dimension() == units.Thing && l.kindAt(after) == mark && !l.is(after, "(")
	if after == modified || counted && !l.foodAfterComma(unit, after) {
		// No unit, or one that nothing follows: "3 cloves" are cloves.
		return l.afterOf(unitStart)
	}
	if unit.Dimension() == units.Length {
		if l.is(after, "-") && l.tokens[after].glued && l.has(after+1, dimension) {
			after++ // 6½"-thick
		}
		after = l.inOther(after)
	}
	if unit.Dimension() == units.Length && l.kindAt(after) == word {
		thing, _ := l.unitAt(after)
		if at > unitStart || l.kindAt(modified) == mark || thing.Dimension() == units.Thing || l.has(after, dimension) {
			// "2-inch cinnamon stick": a length; no number of sticks is given.
			length := l.amount
			l.amount, l.places.amount = nil, span{}
			return l.long(start, after, *length, unit)
		}
	}
	l.addNote(at, modified)
	l.unit, l.sold, l.unitPlace = unit.Name(), shelved[unit.Name()], span{modified, after}
	return l.measured(unit, after)
}

// foodAfterComma reports whether a unit's food follows a comma: "4 cloves, garlic, minced".
func (l *line) foodAfterComma(unit units.Unit, i int) bool {
	if !commaBehind[unit.Name()] || !l.is(i, ",") && !isDash(l.low(i)) {
		return false
	}
	if _, measured, next := l.measureAt(i + 1); next > i+1 && containers[unit.Name()] && measured.Dimension() != units.Thing {
		if l.each(next) {
			next++
		}
		if l.is(next, ",") {
			next++
		}
		return l.kindAt(next) == word // "1 can, 14 oz, corn"
	}
	return l.is(i, ",") && l.food(i+1, len(l.tokens)) > i+1
}

// manyFollow reports whether the next few words contain a plural.
func (l *line) manyFollow(i int) bool {
	for at := i; at < i+4 && l.kindAt(at) == word; at++ {
		if strings.HasSuffix(l.low(at), "s") && len(l.low(at)) > 3 {
			return true
		}
	}
	return false
}

// measured continues after a number with its unit.
func (l *line) measured(unit units.Unit, at int) int {
	if next := l.afterModifiers(at + 1); l.is(at, ",") && next > at+1 && l.has(at+1, modifier) && l.kindAt(next) == word {
		l.addNote(at+1, next) // "2 EL, gehäuft Mehl"
		at = next
	}
	if upper, after := l.repeatedUnit(at, unit); after > at && upper > l.amount.from {
		l.amount.upper, at = kept(upper), after
		l.places.amount = span{}
	}
	at = l.andHalf(at)
	at = l.modifiedBehind(at)
	at = l.otherMeasure(at, unit)
	if unit.Dimension() != units.Thing {
		at = l.vessel(at)
	}
	if l.is(at, ",") && l.kindAt(at+1) == word && (unit.Dimension() != units.Thing || l.second != nil || l.foodAfterComma(unit, at)) {
		at++ // "1 cup, plus 2 tbsp, oil"
	}
	return l.cutInto(l.afterOf(at))
}

// andHalf adds the half of "a pint and a half", "1 kg e mezzo".
func (l *line) andHalf(i int) int {
	at := i + 1
	if l.has(at, article) {
		at++
	}
	if l.amount.upper == nil && l.kindAt(at) != word {
		return l.andPart(i)
	}
	half := l.numeral(at)
	if !l.has(i, and) || half <= 0 || half >= 1 || l.amount.upper != nil {
		return i
	}
	l.amount.from += half
	l.places.amount = span{}
	return at + 1
}

// andPart adds the part of "1 litro e 1/2 di brodo", "1 tasse ½ de lait".
func (l *line) andPart(i int) int {
	part, next := l.partAt(i)
	if next == i {
		return i
	}
	if _, end := l.unitAt(next); !l.isOf(next) && (end > next || !l.has(i, and)) {
		return i
	}
	l.amount.from += part
	l.places.amount = span{}
	return next
}

// things reads the unit that a length describes.
func (l *line) things(i int) int {
	thing, next := l.unitAt(i)
	if next == i || thing.Dimension() != units.Thing || next >= len(l.tokens) || l.kindAt(next) == mark {
		return i
	}
	l.unit = thing.Name()
	return l.afterOf(next)
}

// vessel reads the container of a measured food: "400g tin tomatoes" is one tin.
func (l *line) vessel(i int) int {
	unit, next := l.unitAt(i)
	if next == i || unit.Dimension() != units.Thing || next >= len(l.tokens) || l.kindAt(next) == mark && cut[unit.Name()] ||
		!containers[unit.Name()] && !cut[unit.Name()] {
		return i
	}
	if l.second == nil {
		l.second = &Second{Quantity: 1, Unit: unit.Name(), Relation: Same}
	} else {
		l.addNote(i, next)
	}
	l.sold = shelved[unit.Name()]
	return next
}

// measureAt reads a number with a unit, with a leading "about" and a hyphen in between:
// "about 14-ounce".
func (l *line) measureAt(i int) (found amount, unit units.Unit, next int) {
	start := l.quiet(i)
	found, at := l.amountAt(start)
	if at == start {
		return amount{}, units.Unit{}, i
	}
	if l.is(at, "-") && l.tokens[at].glued {
		at++
	}
	unit, next = l.unitAt(at)
	if next == at {
		return amount{}, units.Unit{}, i
	}
	if upper, after := l.repeatedUnit(next, unit); after > next && upper > found.from {
		found.upper, next = kept(upper), after
	}
	return found, unit, next
}

// few skips "a few", "several", "a little bit of".
func (l *line) few(i int) int {
	at := i
	if l.has(at, article) {
		at++
	}
	if l.has(at, little) && (l.is(at+1, "'") || l.is(at+1, "’")) && l.isOf(at+2) && at > i {
		return at + 3 // "un po' di"
	}
	if at > i && l.is(at, "little") && l.is(at+1, "bit") {
		at++
	}
	if !l.has(at, few) && (at == i || !l.has(at, little)) || l.kindAt(at+1) != word {
		return i
	}
	if l.isOf(at + 1) {
		return at + 2
	}
	return at + 1
}

func (l *line) isOf(i int) bool { return l.has(i, of) }

// each reports whether the word after a measure makes it a measure of each one.
func (l *line) each(i int) bool { return l.has(i, each) && !l.has(i, sized) && !l.is(i, "total") }

// afterOf skips the "of" between an amount and a name, with its article: "1/4 of a cucumber".
func (l *line) afterOf(i int) int {
	if l.each(i) {
		l.ofEach = true
		i++
	}
	if l.isOf(i) {
		i++
		if l.has(i, definite) && i+1 < len(l.tokens) {
			i++
		}
	}
	if l.is(i, ":") {
		i++
	}
	if l.has(i, or) && l.has(i+1, openEnded) {
		l.addNote(i, i+2)
		return l.afterOf(i + 2)
	}
	if l.has(i, article) && i+1 < len(l.tokens) {
		i++
	}
	return i
}
