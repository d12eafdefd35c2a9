package ingredient

import (
	"larder.dev/recipe/units"
)

// phrase splits the text beside the amount into name and notes.
func (l *line) phrase(start, end int) {
	start = l.before(start, end)
	l.remarks(l.nameFrom(start, end), end)
}

// before moves what precedes the name to the notes: size, preparation, parentheses.
func (l *line) before(i, end int) int {
	for i < end {
		next := l.oneBefore(i, end)
		if next == i || next >= end {
			return i
		}
		i = next
	}
	return i
}

func (l *line) oneBefore(i, end int) int {
	if l.is(i, "(") {
		closed := l.closing(i)
		if closed < 0 || closed+1 >= end || l.kindAt(closed+1) != word || l.has(closed+1, of|article|each) && closed+2 >= end {
			return i
		}
		l.aside(i, closed)
		return l.afterOf(closed + 1)
	}
	if next := l.sizeAt(i); next > i && next < end {
		after := next
		if l.is(after, ",") && l.has(after+1, adjective|size|preparation) && l.foodFollows(after+1, end) {
			after++ // "large, ripe tomatoes", "small, peeled, white shrimp"
		}
		if after < end && (l.kindAt(after) == word || l.is(after, "(") && after == next) {
			l.addNote(i, next)
			return after
		}
	}
	next := l.preparationAt(i, end)
	if next == i || l.soldSo(i, next) {
		return i
	}
	if l.is(next, ",") {
		next++
	}
	if next >= end || l.kindAt(next) != word || l.has(next, stop|or) {
		return i // "cooked or canned beans" is a choice of foods
	}
	l.addNote(i, next)
	return next
}

// foodFollows reports whether a word that is neither a preparation nor an adjective comes before
// the next comma, not counting commas between such words.
func (l *line) foodFollows(i, end int) bool {
	for at := i; at < end; at++ {
		switch {
		case l.is(at, ","), l.has(at, adjective|size|preparation|adverb):
		default:
			return l.kindAt(at) == word && !l.has(at, stop|link)
		}
	}
	return false
}

// sizeAt reads "large", "small to medium", "medium sized", "good size".
func (l *line) sizeAt(i int) int {
	if l.is(i+1, "fat") {
		return i // medium fat milk
	}
	if !l.has(i, size) || l.begins(i, sold) {
		if l.is(i, "extra") && l.has(i+1, size) {
			return i + 2
		}
		return i
	}
	i = l.afterPoint(i + 1)
	switch {
	case l.has(i, to|or) || l.is(i, "/") || l.is(i, "-"):
		if l.has(i+1, size) {
			i += 2
		}
	case l.has(i, sized):
		i++
	}
	return i
}

// preparationAt reads one or more preparations in a row: "finely chopped", "peeled and diced",
// "peeled, cored and sliced".
func (l *line) preparationAt(i, end int) int {
	if !l.has(i, preparation|adverb|ground|fresh|chained|head) {
		return i // most words
	}
	next := l.onePreparation(i, end)
	if l.has(i, chained) {
		next = i + 1 // "pitted and halved cherries"; alone it is part of the name, "pitted cherries"
	}
	for next > i && next < end {
		at := next
		for l.has(at, and|or) || l.is(at, ",") || l.is(at, "/") {
			at++
		}
		further := l.onePreparation(at, end)
		if further == at {
			break
		}
		next = further
	}
	if next == i+1 && l.has(i, chained) {
		return i
	}
	return next
}

func (l *line) onePreparation(i, end int) int {
	at := i
	for at < end && l.has(at, adverb) {
		at++
	}
	adverbs := at > i
	switch {
	case at >= end:
		return i
	case l.begins(at, preparation):
		return min(at+2, end)
	case l.has(at, fresh) && l.has(at+1, ground) && l.peppered(at+2):
		return at + 2 // "fresh ground pepper"
	case l.has(at, ground):
		if adverbs || l.has(at+1, black) && l.has(at+2, pepper) || l.has(at-1, and) && l.has(at+2, pepper) {
			return at + 1
		}
	case l.has(at, preparation), adverbs && l.participle(at) && !l.has(at, adjective):
		return at + 1
	}
	return i
}

// peppered reports whether pepper follows, after at most one word.
func (l *line) peppered(i int) bool { return l.has(i, pepper) || l.has(i+1, pepper) }

// participle reports whether a word after an adverb is a preparation: "thinly shaved".
func (l *line) participle(i int) bool {
	low := l.low(i)
	return len(low) > 4 && endsIn(low, l.words.endings.participle) && !endsIn(low, l.words.endings.noParticiple)
}

// soldSo reports whether a food is sold with this preparation, which then belongs to its name.
func (l *line) soldSo(i, next int) bool {
	if l.begins(next-1, sold) {
		return true
	}
	return next == i+1 && l.sold
}

// nameFrom reads the name and returns its end.
func (l *line) nameFrom(start, end int) int {
	from := start
	for i := start; i < end; i++ {
		switch {
		case l.is(i, "("):
			closed := l.closing(i)
			if closed < 0 || closed >= end {
				l.addName(from, i)
				return i
			}
			switch {
			case i > start && l.synonym(i, closed):
				i = closed // "scallions (green onions)"
				continue
			case i > start && (l.otherFood(i+1, closed) == closed || l.has(i+1, or) && l.foods(i+2, closed)):
				l.addName(from, i)
				l.addName(i+1, closed) // "squash (or zucchini)"
			default:
				l.addName(from, i)
				l.aside(i, closed)
			}
			from, i = closed+1, closed
		case i > start && l.kindAt(i) == number && l.measureBehind(i, end) > i:
			l.addName(from, i)
			from = l.measureBehind(i, end)
			l.wholeMeasure(i, from)
			i = from - 1
		case i > start && l.ends(i, start, end):
			l.addName(from, i)
			return i
		case i > start:
			next := l.within(i, start, end)
			if next == i {
				continue
			}
			l.addName(from, i)
			l.addNote(i, next)
			from, i = next, next-1
		}
	}
	l.addName(from, end)
	return end
}

// synonym reports whether parentheses specify the food: "scallions (green onions)", "milk (whole)".
func (l *line) synonym(open, closed int) bool {
	words := closed - open - 1
	if words < 1 || words > maxSynonym {
		return false
	}
	for i := open + 1; i < closed; i++ {
		if l.kindAt(i) != word || l.isAny(i, stop) || l.participle(i) && !l.has(i, adjective) ||
			l.has(i, preparation|adverb|size|numeral|article|qualifier|or|and|each|unnamed|optional|few|plus) {
			return false
		}
	}
	_, next := l.unitAt(closed - 1)
	return next != closed || words > 1
}

// measureBehind returns the end of a second measure after a name: "oat milk 60 ml".
func (l *line) measureBehind(i, end int) int {
	if l.amount == nil || l.second != nil || l.tokens[i].glued || l.kindAt(i-1) == number || isSlash(l.low(i-1)) {
		return i
	}
	_, unit, next := l.measureAt(i)
	measured := unit.Dimension() == units.Mass || unit.Dimension() == units.Volume
	if !measured || next > end || next < end && !l.is(next, ",") && !l.is(next, "(") && !l.is(next, ".") {
		return i
	}
	return next
}

// ends reports whether the name ends before token i.
func (l *line) ends(i, start, end int) bool {
	if l.kindAt(i) == mark {
		return l.markEnds(i, start, end)
	}
	if l.isAny(i, stop) && !l.begins(i-1, sold) || l.has(i, or) && l.kindAt(i+1) == number {
		return true
	}
	next := l.preparationAt(i, end)
	if next > i && !l.begins(next-1, sold) {
		return l.preparedBehind(i, next, end)
	}
	if l.isOf(i) || l.has(i, eachBefore) {
		return l.eachFollows(i + 1)
	}
	behind := l.words.nounFirst && (l.kindAt(i+1) == mark || l.preparationAt(i+1, end) > i+1) // "carote medie tritate"
	return l.has(i, size) && (i+1 == end || behind) && !l.begins(i-1, sold)
}

// preparedBehind reports whether a preparation from i up to next follows the name:
// "onion chopped small".
func (l *line) preparedBehind(i, next, end int) bool {
	if l.words.nounFirst {
		return !l.begins(i-1, sold) && (!l.sold || next != i+1)
	}
	how := l.has(next, adverb|size) && (next+1 >= end || l.kindAt(next+1) == mark)
	return next >= end || l.kindAt(next) == mark && !l.is(next, "&") || l.has(next, link) || how
}

// eachFollows reports whether a measure of each one follows: "2 boîtes de tomates de 400 g".
func (l *line) eachFollows(i int) bool {
	if l.kindAt(i) != number {
		return false
	}
	_, unit, next := l.measureAt(i)
	return next > i && unit.Dimension() != units.Thing
}

func (l *line) markEnds(i, start, end int) bool {
	switch l.low(i) {
	case ",":
		return !l.goesOn(i, start, end)
	case "+":
		return l.kindAt(i+1) != word || l.has(i+1, openEnded|adverb|stop) || l.food(i+1, end) == i+1
	case ";", ":", "|", "=", "*", "!", "?":
		return true
	case "-", "–", "—":
		suspended := l.has(i+1, or|and) // Vanille- oder
		return !l.tokens[i].glued || i+1 < end && !l.tokens[i+1].glued && !suspended
	case ".":
		return i+1 >= end || !l.tokens[i+1].glued && (len(l.low(i-1)) > 2 || l.is(i-1, ")"))
	default:
		return false
	}
}

// goesOn reports whether a name continues after a comma: "boneless, skinless chicken",
// "olive, corn or rapeseed oil".
func (l *line) goesOn(comma, start, end int) bool {
	if l.kindAt(comma+1) != word || l.has(comma+1, stop) {
		return false
	}
	if next := l.preparationAt(comma+1, end); next > comma+1 {
		uncounted := l.amount == nil && l.unit == ""
		return l.adjectivesAlone(start, comma) && l.foodFollows(next, end) || uncounted && l.foods(start, end)
	}
	if l.is(comma+1, "etc") {
		return false
	}
	if l.otherFood(comma+1, end) > comma+1 || l.foods(start, end) {
		return true
	}
	if l.adjectivesAlone(start, comma) {
		return true
	}
	return (comma == start+1 || l.amount == nil && comma <= start+3) && l.alternatives(comma+1, end)
}

// adjectivesAlone reports whether only adjectives and commas are from start up to end: a food must
// follow.
func (l *line) adjectivesAlone(start, end int) bool {
	for i := start; i < end; i++ {
		if !l.has(i, adjective) && !l.is(i, ",") {
			return false
		}
	}
	return true
}

const (
	// maxFood is the maximum number of words for a food in a list; more are a remark.
	maxFood = 3
	// maxSynonym is the maximum number of words for a second name in parentheses.
	maxSynonym = 2
	// maxListed is the same for lists of three or more.
	maxListed = 4
	// maxList limits the work per list, in tokens.
	maxList = 48
)

// otherFood reads "or zucchini", after a comma or in parentheses. It returns i if no food follows:
// "or to taste", "or 2 tsp dried", "or chopped".
func (l *line) otherFood(i, end int) int {
	if !l.has(i, or) && !l.is(i, "and") && !l.is(i+1, "/") {
		return i
	}
	at := i + 1
	if l.is(i, "and") {
		if !l.is(i+1, "/") || !l.is(i+2, "or") {
			return i
		}
		at = i + 3 // and/or
	}
	next := l.food(at, end)
	if next == at || l.begins(at-1, stop) {
		return i
	}
	return next
}

// food reads the few words of a food, up to the next mark or the end.
func (l *line) food(i, end int) int {
	noun := false
	at := i
	for at < end && l.kindAt(at) == word {
		if l.notFood(at) {
			return i
		}
		noun = noun || !l.has(at, adjective)
		at++
	}
	if !noun || !l.ended(at, end) || at-i > maxFood {
		return i
	}
	return at
}

// foods reports whether the text is a list of three or more foods, with only parentheses after it:
// "dill, parsley, chives". With an amount, it is a choice ("50 ml bourbon, brandy or cognac") or
// that much of each.
func (l *line) foods(start, end int) bool {
	if end-start > maxList {
		return false
	}
	uncounted := l.amount == nil && l.unit == ""
	count, joined, salted := 0, false, false
	for at := start; at < end && !l.is(at, "etc") && !l.listEnds(at, end, count); count++ {
		joined = joined || l.has(at, and|or)
		at = l.beforeListed(at, end)
		next := l.listed(at, end)
		if next == at {
			return false
		}
		salted = salted || count == 0 && l.has(next-1, salt)
		at = l.afterListed(next)
	}
	if count == 2 {
		return l.ofEach || uncounted && (salted || !joined)
	}
	return count > 2 && (joined || uncounted || l.ofEach)
}

// beforeListed skips what precedes a food in a list: "and some", and preparations if there is no
// amount.
func (l *line) beforeListed(i, end int) int {
	at := l.afterJoint(i)
	if l.amount != nil || l.unit != "" {
		return at
	}
	if prepared := l.preparationAt(at, end); l.kindAt(prepared) == word {
		return prepared
	}
	return at
}

// afterListed skips the mark after a food in a list.
func (l *line) afterListed(i int) int {
	if l.is(i, ",") || l.is(i, ";") || l.is(i, ".") {
		return i + 1
	}
	return i
}

// listEnds reports whether a list of count foods ends before i: with final parentheses,
// "for garnish", "chopped".
func (l *line) listEnds(i, end, count int) bool {
	if l.is(i, "(") {
		return l.closing(i) == end-1
	}
	return count > 1 && (l.isAny(i, stop) || l.preparationAt(i, end) >= end)
}

// listed reads one food of a list, up to the next mark, "and" or "or".
func (l *line) listed(i, end int) int {
	at := i
	for at < end && l.kindAt(at) == word && !l.has(at, and|or) {
		at++
	}
	if at == i || at == i+1 && l.has(i, chained) || at-i > maxListed || at < end && l.kindAt(at) == mark && !l.ended(at, end) {
		return i
	}
	noun := false
	for n := i; n < at; n++ {
		if l.notFood(n) || at == i+1 && l.has(n, part) {
			return i
		}
		noun = noun || !l.has(n, adjective)
	}
	if !noun {
		return i
	}
	return at
}

// notFood reports whether a word can't be part of a food.
func (l *line) notFood(i int) bool {
	return l.isAny(i, stop) || l.participle(i) && !l.has(i, adjective) || l.has(i, numeral|article|link|size|preparation|adverb)
}

// ended reports whether a part ends before token i.
func (l *line) ended(i, end int) bool {
	return i >= end || l.is(i, ",") || l.is(i, "(") || l.is(i, ".") || l.is(i, ";")
}

// afterJoint skips what joins the last food to a list: "and some".
func (l *line) afterJoint(i int) int {
	if l.has(i, and|or) {
		i++
	}
	if l.has(i, some) {
		i++
	}
	return i
}

// alternatives reports whether a short list with "or" before its last item follows; without an
// amount, "and" counts too.
func (l *line) alternatives(i, end int) bool {
	choice := false
	for at := i; at < end && at < i+8; at++ {
		joint := l.has(at, and)
		if l.kindAt(at) == number || l.is(at, "(") || l.has(at, part) && !joint || l.participle(at) ||
			l.has(at, numeral|article|stop|size|preparation) {
			return false
		}
		all := l.amount == nil && l.unit == "" && joint
		choice = choice || at > i && (all || l.has(at, or))
	}
	return choice && end-i < 8 && !l.has(end-1, adjective)
}

// within reads words inside a name that don't belong to it: "fresh chopped basil",
// "salt and freshly ground pepper", "ripe, medium tomatoes".
func (l *line) within(i, start, end int) int {
	if next := l.sizeAt(i); next > i && l.is(i-1, ",") && next < end && l.kindAt(next) == word {
		return next
	}
	joined := l.has(i-1, and|or)
	behindFresh := i == start+1 && l.has(start, fresh)
	next := l.preparationAt(i, end)
	if next == i || next >= end || l.kindAt(next) != word || l.begins(next-1, sold) {
		return i
	}
	comma := l.is(i-1, ",")
	listed := (joined || comma) && l.amount == nil && l.unit == "" && l.foods(start, end)
	several := joined && (next > i+1 || l.has(i, ground) || l.has(i-1, and) && l.has(i, preparation))
	if behindFresh || listed || several || comma && l.adjectivesAlone(start, i) {
		if l.is(next, ",") && l.kindAt(next+1) == word {
			next++
		}
		return next
	}
	return i
}

// aside reads parentheses that open at i: a measure, or a note.
func (l *line) aside(i, closed int) {
	if l.amount == nil && l.unit == "" {
		before := l.found()
		if next := l.wholeAmount(i + 1); next == closed {
			return
		}
		l.restore(before)
	}
	if l.amount != nil && l.wholeMeasure(i+1, closed) {
		return
	}
	l.addNote(i+1, closed)
}

// remarks reads what follows the name, part by part.
func (l *line) remarks(i, end int) {
	for i < end {
		next := l.partEnd(i, end)
		start := i
		for start < next && (l.is(start, ",") || l.is(start, ";") || l.is(start, "-") || l.is(start, "–")) {
			start++
		}
		inside, closed := start, next
		if l.is(start, "(") && l.closing(start) == next-1 {
			inside, closed = start+1, next-1
		}
		if l.amount == nil || l.second != nil || !l.wholeMeasure(inside, closed) {
			l.remark(i, l.measureInRemark(i, next))
		}
		i = next
	}
}

// measureInRemark takes a measure from the end of a remark and returns where it begins:
// "chopped (about 1/2 cup)".
func (l *line) measureInRemark(i, end int) int {
	if l.amount == nil || !l.is(end-1, ")") {
		return end
	}
	for open := end - 2; open > i; open-- {
		if l.is(open, "(") && l.closing(open) == end-1 && l.wholeMeasure(open+1, end-1) {
			return open
		}
	}
	return end
}

// remark adds one part as a note; of "(optional)", only the inside.
func (l *line) remark(i, next int) {
	if l.is(i, "(") && l.closing(i) == next-1 {
		l.addNote(i+1, next-1)
		return
	}
	l.addNote(i, next)
}

// partEnd returns the position of the next comma, or of a parenthesis that begins or ends, outside
// nested ones.
func (l *line) partEnd(i, end int) int {
	if l.is(i, "(") {
		if closed := l.closing(i); closed >= 0 && closed < end {
			return closed + 1
		}
	}
	for at := i + 1; at < end; at++ {
		switch l.low(at) {
		case ",", ";":
			return at
		case "(":
			if l.is(at-1, ",") {
				continue
			}
			closed := l.closing(at)
			if closed < 0 || closed >= end {
				return end
			}
			at = closed
		}
	}
	return end
}

// wholeMeasure takes a part that is only a measure: ", about 2 pounds".
func (l *line) wholeMeasure(i, end int) bool {
	relation := Same
	switch {
	case l.has(i, eachBefore|of), l.each(i):
		i, relation = i+1, Each
	case l.has(i, plus):
		i, relation = i+1, Plus
	}
	found, unit, next := l.measureAt(i)
	if next == i || next > end || !l.onlyEach(next, end) || unit.Dimension() == units.Length {
		return false
	}
	one := l.unit == "" && l.amount.from == 1 && l.amount.upper == nil && unit.Dimension() == units.Mass
	inside := sealed[l.unit] && !l.is(end-1, "total") // "1 can tomatoes (400 g)"
	if relation == Same && (one || inside) || l.each(end-1) || l.each(next) {
		relation = Each // also a chicken (3 pounds): two weigh that much each
	}
	l.setSecond(found, unit, relation, span{i, next})
	return true
}

// unitBehind takes a unit noun from the end of a name: "2 garlic cloves" are cloves of garlic.
func (l *line) unitBehind() {
	if len(l.name) == 0 || l.words.nounFirst {
		return
	}
	last := &l.name[len(l.name)-1]
	if last.end-last.start < 2 || l.kindAt(last.end-2) != word {
		return
	}
	unit, next := l.unitAt(last.end - 1)
	if next != last.end || !behindName[unit.Name()] && l.words.phrases[unit.Name()+" "+l.low(last.end-2)]&behind == 0 {
		return
	}
	for i := last.start; i < last.end-1; i++ {
		if l.words.phrases[unit.Name()+" "+l.low(i)]&notBehind != 0 {
			return
		}
	}
	l.unit = unit.Name()
	last.end--
}
