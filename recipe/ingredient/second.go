package ingredient

import "larder.dev/recipe/units"

// sameOrEach decides whether the measure before a measured unit is the whole ("2 (300 ml) cups") or
// the size of one ("4 15-ml tablespoons").
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

// setSecond stores the second measure. A third one repeats the amount and is omitted, because notes
// aren't scaled; an addition becomes a note.
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

// addSecond adds the ounces of "1 lb 10 oz" to the pounds if those are the second measure.
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

// otherMeasure reads the second measure after the first: "200g/7oz", "1 cup plus 2 tbsp",
// "1 pound (500g)", "1 lb 2 oz".
func (l *line) otherMeasure(i int, first units.Unit) int {
	for last := first; ; {
		unit, next := l.nextMeasure(i, last)
		if next == i {
			return i
		}
		i, last = next, unit
	}
}

// nextMeasure reads one more measure after one in the unit last, however they relate.
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

// contents reads the content of each container: "1 boîte de 400 g", "2 scatole da 400 g".
func (l *line) contents(i int, last units.Unit) (units.Unit, int) {
	found, unit, next := l.measureAt(i + 1)
	if next == i+1 || unit.Dimension() == units.Thing {
		return last, i
	}
	l.setSecond(found, unit, Each, span{i + 1, next})
	return unit, next
}

// joinedMeasure reads a measure joined to the first by a sign, a word, or nothing.
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

// scales reports whether a second measure in the unit can be scaled with the first: a length can't,
// and a count only if it restates the first.
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

// joint skips what joins a second measure to the first, and returns how they relate.
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

// alike reports whether a measure about equals the previous amount, in the unit last, or is of
// another dimension: "2 cups - 500 ml" is no range.
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

// goesOnBehind reports whether a food follows a measure between commas: "2 cups, 500 ml, milk".
func (l *line) goesOnBehind(i int) bool {
	if l.each(i) {
		i++
	}
	if l.is(i, ",") {
		i++
	}
	return l.kindAt(i) == word && !l.has(i, preparation|stop|adverb)
}

// takenAway reads "minus 1 tbsp" as a note.
func (l *line) takenAway(i int) int {
	_, unit, next := l.measureAt(i + 1)
	if next == i+1 || unit.Dimension() == units.Thing || unit.Dimension() == units.Length {
		return i
	}
	l.addNote(i, next)
	return next
}

// smaller reports whether a unit may follow another without a sign between them: 1 lb 2 oz.
func smaller(unit, than units.Unit) bool {
	return unit != than && unit.Compatible(than) && unit.PerBase().Cmp(than.PerBase()) < 0
}

// measureInParentheses reads "(500g)", "(about 7 oz)", "(14 oz each)"; first is the preceding unit.
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
