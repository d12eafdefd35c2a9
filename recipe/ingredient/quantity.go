package ingredient

import (
	"slices"
	"strconv"
	"strings"

	"larder.dev/recipe/units"
)

// unitAt reads a unit, of one word or several ("fl oz"), with the points of an abbreviation.
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

// unitOfWords reads a unit of two words or more, the longest that there is.
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

// manyBefore tells that a number of ten or more stands before i, or that all of the line is in capitals.
func (l *line) manyBefore(i int) bool {
	whole, next := l.plainDigits(i - 1)
	return next == i && (whole >= 10 || l.text == strings.ToUpper(l.text))
}

// plainDigits reads digits alone.
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

// afterPoint steps over the point of an abbreviation.
func (l *line) afterPoint(i int) int {
	if l.is(i, ".") && l.tokens[i].glued {
		return i + 1
	}
	return i
}

// afterModifiers steps over what is said of a unit: "heaped", "large", "very thin".
func (l *line) afterModifiers(i int) int {
	for l.has(i, size|modifier) {
		i = l.afterPoint(i + 1)
	}
	return i
}

// leadingAmount reads what stands at the front of a line: a number with its unit and second measure, or a
// bare unit.
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

// countBeforeSize is where the count of "2 - 14 1/2 ounce cans" ends, which is no range; i where it isn't so.
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

func (l *line) isTimes(i int) bool { return l.is(i, "x") || l.is(i, "×") }

// ambiguous tells of a unit that is two, a spoon of one language and a millilitre, so that the amount stays text.
func (l *line) ambiguous(i int) bool {
	if l.at(i) != "ML" {
		return false
	}
	_, next := l.unitAt(i)
	return next == i
}

// sameOrEach tells what the measure before a measured unit is: all of it ("2 (300 ml) cups"), or what one holds
// ("4 15-ml tablespoons").
func (l *line) sameOrEach(i int) {
	first, second := units.Named(l.unit), units.Named(l.second.Unit)
	if first.Dimension() == units.Thing || first.Dimension() == units.Count {
		return
	}
	l.second.Relation = Same
	one, ok := units.Convert(units.Rational(l.second.Quantity), second, first)
	if !ok || l.amount == nil || l.amount.from == 1 && l.amount.upper == nil || i >= len(l.tokens) {
		return
	}
	if size, _ := one.Float64(); size > 0.85 && size < 1.2 {
		l.second.Relation = Each
	}
}

// ofA steps over what is between a fraction and its unit: "3/4 of a cup", "1/4 a stick".
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
		// No unit, or one that nothing comes behind: "3 cloves" are cloves.
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
			// "2-inch cinnamon stick": so long, and no number of sticks is written.
			length := l.amount
			l.amount, l.places.amount = nil, span{}
			return l.long(start, after, *length, unit)
		}
	}
	l.addNote(at, modified)
	l.unit, l.sold, l.unitPlace = unit.Name(), shelved[unit.Name()], span{modified, after}
	return l.measured(unit, after)
}

// beforeUnit takes what stands between a number and its unit as a note: "1 or more cups", "1+ cups", "1 #2 can".
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

// canSize steps over the number of a can's size: "#2", "No. 303", "(#10)".
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

// sizedContainer reads the size of each one behind a modifier: "2 large 28-oz. cans".
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

// foodAfterComma tells of a unit that its food stands behind a comma: "4 cloves, garlic, minced".
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

// preparedUnit steps over what was done to what is counted: "2 peeled cloves garlic".
func (l *line) preparedUnit(i int) int {
	at := l.preparationAt(i, len(l.tokens))
	unit, next := l.unitAt(at)
	if next == at || !behindName[unit.Name()] && unit.Dimension() != units.Volume || l.kindAt(next) != word {
		return i
	}
	return at
}

// long takes the length from start up to end as the size of each one, and as a note with "thick" and "wide". What is
// counted by a number before a fraction keeps that: "6 1/2-inch-thick slices" are six.
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

// manyFollow tells that the next few words have a plural in them.
func (l *line) manyFollow(i int) bool {
	for at := i; at < i+4 && l.kindAt(at) == word; at++ {
		if strings.HasSuffix(l.low(at), "s") && len(l.low(at)) > 3 {
			return true
		}
	}
	return false
}

// partOfName tells that the number before at is one of a name: "7-Up", "5-spice powder".
func (l *line) partOfName(at int) bool {
	if !l.is(at, "-") || !l.tokens[at].glued || at+1 >= len(l.tokens) || !l.tokens[at+1].glued {
		return false
	}
	_, next := l.unitAt(at + 1)
	return next == at+1
}

// measured reads on behind a number with its unit.
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

// modifiedBehind takes what is said of an amount behind its unit as a note: "1 cucchiaio colmo di farina", "2 litri
// circa di brodo", "1 cup scant flour", "2 cups, heaping, nuts".
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

// cutInto takes the size of what is measured as a note: "2 cups 1-inch cubes squash".
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

// things reads the unit of what a length was said of.
func (l *line) things(i int) int {
	thing, next := l.unitAt(i)
	if next == i || thing.Dimension() != units.Thing || next >= len(l.tokens) || l.kindAt(next) == mark {
		return i
	}
	l.unit = thing.Name()
	return l.afterOf(next)
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

// vessel reads what the measured food comes in: "400g tin tomatoes" is one tin.
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

// measureAt reads a number with a unit, with "about" before it and a hyphen between: "about 14-ounce".
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

// sizeOfEach reads what is in each one, between the number and what is counted: "2 (14 oz) cans", "1 3-pound
// chicken", "4 6-inch tortillas".
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

// area steps over two lengths: "14x9-inch".
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

// inOther steps over the same in another unit: "400g/14oz", "2cm/¾in".
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

// onlyEach tells that nothing but "each" and further measures stands between.
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

// setSecond keeps the second measure. A third one says the same once more and is left out, for a note isn't
// scaled; what comes on top stays a note.
func (l *line) setSecond(found amount, unit units.Unit, relation Relation, s span) {
	if l.second != nil && (relation != Plus || l.second.Relation != Same) {
		if relation == Plus {
			l.addNote(s.start, s.end)
		}
		return
	}
	l.second = &Second{Quantity: found.from, QuantityMax: found.upper, Unit: unit.Name(), Relation: relation}
	l.places.second = s
}

// addSecond adds the ounces of "1 lb 10 oz" to the pounds, where that is the second measure.
func (l *line) addSecond(found amount, unit units.Unit) bool {
	if l.second == nil || l.second.Relation != Same || found.upper != nil || l.second.QuantityMax != nil {
		return false
	}
	second := units.Named(l.second.Unit)
	sum, ok := units.Convert(units.Rational(found.from), unit, second)
	if !ok || unit.Metric() != second.Metric() {
		return false
	}
	more, _ := sum.Float64()
	l.second.Quantity += more
	l.places.second = span{}
	return true
}

// otherMeasure reads the second measure behind the first: "200g/7oz", "1 cup plus 2 tbsp", "1 pound (500g)",
// "1 lb 2 oz".
func (l *line) otherMeasure(i int, first units.Unit) int {
	for last := first; ; {
		unit, next := l.nextMeasure(i, last)
		if next == i {
			return i
		}
		i, last = next, unit
	}
}

// nextMeasure reads one more measure behind that of the unit last, in whichever way it stands to that.
func (l *line) nextMeasure(i int, last units.Unit) (units.Unit, int) {
	switch {
	case l.is(i, "("), l.is(i, "["):
		return last, l.measureInParentheses(i, last)
	case l.has(i, minus):
		return last, l.takenAway(i)
	case last.Dimension() == units.Thing && l.has(i, of|eachBefore):
		return l.contents(i, last)
	default:
		return l.joinedMeasure(i, last)
	}
}

// contents reads what each container holds: "1 boîte de 400 g", "2 scatole da 400 g".
func (l *line) contents(i int, last units.Unit) (units.Unit, int) {
	found, unit, next := l.measureAt(i + 1)
	if next == i+1 || unit.Dimension() == units.Thing {
		return last, i
	}
	l.setSecond(found, unit, Each, span{i + 1, next})
	return unit, next
}

// joinedMeasure reads a measure behind a sign or a word that joins it to the first, or behind nothing.
func (l *line) joinedMeasure(i int, last units.Unit) (units.Unit, int) {
	at, relation := l.joint(i)
	found, unit, next := l.measureAt(at)
	listed := relation == Same && (l.is(i, ",") || l.is(i, ";"))
	dashed := isDash(l.low(i))
	if next == at || dashed && !l.alike(found, unit, last) || listed && !l.goesOnBehind(next) {
		return last, i
	}
	if (at == i || listed || dashed) && containers[last.Name()] {
		relation = Each // "1 bottle 700 ml"
	}
	unjoined := at == i && relation == Plus
	if !scales(unit, relation) || unjoined && (!smaller(unit, last) || l.amount.from == 0) {
		return last, i
	}
	if at > i || !l.addSecond(found, unit) {
		l.setSecond(found, unit, relation, span{at, next})
	}
	return unit, next
}

// scales tells of a unit whether a second measure in it can be scaled with the first: no length is, and a count is only
// the same in other words.
func scales(unit units.Unit, relation Relation) bool {
	switch unit.Dimension() {
	case units.Length:
		return false
	case units.Thing:
		return relation == Same
	default:
		return true
	}
}

// joint steps over what joins a second measure to the first, and tells how it stands to that.
func (l *line) joint(i int) (next int, relation Relation) {
	if l.is(i, ",") && l.has(i+1, plus) {
		i++
	}
	switch low := l.low(i); {
	case l.has(i, plus|and):
		return i + 1, Plus
	case low == "/", low == "|", low == "=", low == ";", low == ",", isDash(low), l.has(i, or):
		return i + 1, Same
	default:
		return i, Plus
	}
}

// alike tells that a measure is about as much as the amount before it, of the unit last, or of another kind: "2 cups -
// 500 ml" is no range.
func (l *line) alike(found amount, unit, last units.Unit) bool {
	if unit.Dimension() != last.Dimension() {
		return true
	}
	in, ok := units.Convert(units.Rational(found.from), unit, last)
	if !ok || l.amount == nil || unit == last || unit.Dimension() == units.Thing {
		return false
	}
	size, _ := in.Float64()
	return size > 0.8*l.amount.from && size < 1.25*l.amount.from
}

// goesOnBehind tells that a food follows a measure between commas: "2 cups, 500 ml, milk".
func (l *line) goesOnBehind(i int) bool {
	if l.each(i) {
		i++
	}
	if l.is(i, ",") {
		i++
	}
	return l.kindAt(i) == word && !l.has(i, preparation|stop|adverb)
}

// takenAway takes "minus 1 tbsp" as a note.
func (l *line) takenAway(i int) int {
	_, unit, next := l.measureAt(i + 1)
	if next == i+1 || unit.Dimension() == units.Thing || unit.Dimension() == units.Length {
		return i
	}
	l.addNote(i, next)
	return next
}

// smaller tells that a unit goes on after another without a sign between them: 1 lb 2 oz.
func smaller(unit, than units.Unit) bool {
	return unit != than && unit.Compatible(than) && unit.PerBase().Cmp(than.PerBase()) < 0
}

// measureInParentheses reads "(500g)", "(about 7 oz)", "(14 oz each)"; first is the unit before it.
func (l *line) measureInParentheses(i int, first units.Unit) int {
	closed := l.closing(i)
	if closed < 0 {
		return i
	}
	start := i + 1
	for l.has(start, or|eachBefore) || l.each(start) || l.is(start, "=") {
		start++ // "(or 500 ml)", "(each 400 g)"
	}
	found, unit, next := l.measureAt(start)
	if next == start || !l.onlyEach(next, closed) || unit.Dimension() == units.Length {
		return i
	}
	relation := Same
	if containers[first.Name()] || l.each(closed-1) || l.each(start-1) {
		relation = Each
	}
	empty := l.second == nil
	l.setSecond(found, unit, relation, span{start, next})
	if more, less, end := l.measureAt(next); empty && end > next && smaller(less, unit) {
		l.addSecond(more, less) // "1 kg (2 lb 4 oz)"
	}
	return closed + 1
}

// bareUnit reads a unit that no number goes before: "pinch of salt", "large handful basil".
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

// few steps over "a few", "several", "a little bit of".
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

// each tells of the word behind a measure that it is what each one has.
func (l *line) each(i int) bool { return l.has(i, each) && !l.has(i, sized) && !l.is(i, "total") }

// afterOf steps over the "of" between an amount and a name, with its article: "1/4 of a cucumber".
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

// amountInNotes takes the only amount of a line from a note that is nothing else: "Beef bones (3x)",
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

// wholeAmount reads an amount with its unit and second measure. It must be followed by nothing that belongs
// to it; i where there is none.
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
		return i // how long it is, and not how much
	}
	l.addNote(at, modified)
	l.unit = unit.Name()
	if upper, after := l.repeatedUnit(next, unit); after > next && upper > found.from {
		found.upper, next = kept(upper), after
		l.places.amount = span{}
	}
	return l.otherMeasure(next, unit)
}

// trailing reads a line whose amount stands behind the name: "name: amount", "name - amount", "name 200 g,
// sliced". It tells false, and has read nothing, where there is none.
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
			continue // the fraction of a number before it
		}
		before := l.found()
		next := l.wholeAmount(at)
		if next == at {
			l.restore(before)
			continue // a number of the name: "Farina 00 250 g"
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

// standsBehind tells that an amount from at to next is that of the food before it, and no number in a name
// ("Chinese 5 spice", "flour type 405").
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

// maxBehind is the most that is counted by a number alone behind its food: a larger one is a name's ("Heinz 57").
const maxBehind = 24

// countBehind tells of a number alone behind a food that it counts it: "Carrots 2", "Eggs 4 (72 grams)".
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
