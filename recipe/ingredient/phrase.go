package ingredient

import (
	"strings"

	"larder.dev/recipe/units"
)

// phrase parts what stands beside the amount into name and note.
func (l *line) phrase(start, end int) {
	start = l.before(start, end)
	l.remarks(l.nameFrom(start, end), end)
}

// before takes what stands before the name as notes: size, preparation, and what is in parentheses.
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
		if closed < 0 || closed+1 >= end || l.kindAt(closed+1) != word {
			return i
		}
		l.aside(i, closed)
		return l.afterOf(closed + 1)
	}
	if next := l.sizeAt(i); next > i && next < end {
		after := next
		if l.is(after, ",") && classOf(l.low(after+1))&(adjective|size) != 0 {
			after++ // "large, ripe tomatoes"
		}
		if after < end && l.kindAt(after) == word {
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
	if next >= end || l.kindAt(next) != word || stops[l.low(next)] || l.is(next, "or") || l.is(next, "oder") {
		return i // "cooked or canned beans" are a choice of foods
	}
	l.addNote(i, next)
	return next
}

// sizeAt reads "large", "small to medium", "medium sized", "good size".
func (l *line) sizeAt(i int) int {
	if l.is(i+1, "fat") {
		return i // medium fat milk
	}
	if classOf(l.low(i))&size == 0 {
		if l.is(i, "extra") && classOf(l.low(i+1))&size != 0 {
			return i + 2
		}
		return i
	}
	i = l.afterPoint(i + 1)
	switch l.low(i) {
	case "to", "/", "or", "-", "bis", "oder":
		if classOf(l.low(i+1))&size != 0 {
			i += 2
		}
	case "sized", "size":
		i++
	}
	return i
}

// preparationAt reads one or more preparations in a row: "finely chopped", "peeled and diced", "peeled, cored
// and sliced".
func (l *line) preparationAt(i, end int) int {
	next := l.onePreparation(i, end)
	for next > i && next < end {
		at := next
		for l.is(at, "and") || l.is(at, ",") || l.is(at, "or") || l.is(at, "&") || l.is(at, "und") || l.is(at, "/") {
			at++
		}
		further := l.onePreparation(at, end)
		if further == at {
			return next
		}
		next = further
	}
	return next
}

func (l *line) onePreparation(i, end int) int {
	at := i
	for at < end && classOf(l.low(at))&adverb != 0 {
		at++
	}
	adverbs := at > i
	switch low := l.low(at); {
	case at >= end:
		return i
	case low == "ground" || low == "gemahlen" || low == "gemahlener" || low == "gemahlenen" || low == "grated":
		if adverbs || low == "grated" || l.is(at+1, "pepper") || l.is(at+2, "pepper") {
			return at + 1
		}
	case classOf(low)&preparation != 0, adverbs && participle(low) && classOf(low)&adjective == 0:
		return at + 1
	}
	return i
}

// participle tells of a word behind an adverb that it is what was done: "thinly shaved".
func participle(low string) bool {
	return len(low) > 4 && strings.HasSuffix(low, "ed") && !strings.HasSuffix(low, "seed") && low != "dried" && low != "smoked"
}

// soldSo tells that a food is sold with this preparation, which then belongs to its name.
func (l *line) soldSo(i, next int) bool {
	if sold[l.low(next-1)+" "+l.low(next)] {
		return true
	}
	return next == i+1 && l.sold
}

// nameFrom reads the name and gives where it ends.
func (l *line) nameFrom(start, end int) int {
	from := start
	for i := start; i < end; i++ {
		switch {
		case l.is(i, "("):
			closed := l.closing(i)
			l.addName(from, i)
			if closed < 0 || closed >= end {
				return i
			}
			if i > start && l.otherFood(i+1, closed) == closed {
				l.addName(i+1, closed) // "squash (or zucchini)"
			} else {
				l.aside(i, closed)
			}
			from, i = closed+1, closed
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

// ends tells that the name ends before token i.
func (l *line) ends(i, start, end int) bool {
	if l.kindAt(i) == mark {
		return l.markEnds(i, start, end)
	}
	low := l.low(i)
	if stops[low] || stops[low+" "+l.low(i+1)] || (low == "or" || low == "oder") && l.kindAt(i+1) == number {
		return true
	}
	next := l.preparationAt(i, end)
	if next > i {
		return next >= end || l.kindAt(next) == mark && !l.is(next, "&") || links[l.low(next)]
	}
	return classOf(low)&size != 0 && i+1 == end
}

func (l *line) markEnds(i, start, end int) bool {
	switch l.low(i) {
	case ",":
		return !l.goesOn(i, start, end)
	case ";", ":", "+", "|", "=", "*", "!", "?":
		return true
	case "-", "–", "—":
		suspended := l.is(i+1, "or") || l.is(i+1, "and") || l.is(i+1, "und") || l.is(i+1, "oder") // Vanille- oder
		return !l.tokens[i].glued || i+1 < end && !l.tokens[i+1].glued && !suspended
	case ".":
		return i+1 >= end || !l.tokens[i+1].glued && (len(l.low(i-1)) > 2 || l.is(i-1, ")"))
	default:
		return false
	}
}

// goesOn tells that a name goes on behind a comma: "boneless, skinless chicken", "olive, corn or rapeseed oil".
func (l *line) goesOn(comma, start, end int) bool {
	if l.kindAt(comma+1) != word || stops[l.low(comma+1)] || l.preparationAt(comma+1, end) > comma+1 {
		return false
	}
	if l.is(comma+1, "etc") {
		return false
	}
	if l.otherFood(comma+1, end) > comma+1 || l.foods(start, end) {
		return true
	}
	adjectives := true
	for i := start; i < comma; i++ {
		adjectives = adjectives && (classOf(l.low(i))&adjective != 0 || l.is(i, ","))
	}
	if adjectives {
		return true
	}
	return (comma == start+1 || l.amount == nil && comma <= start+3) && l.alternatives(comma+1, end)
}

const (
	// maxFood is how many words a food of a list has at most; more are a remark.
	maxFood = 3
	// maxList bounds the work at a list, in tokens.
	maxList = 48
)

// otherFood reads "or zucchini", behind a comma or in parentheses. It gives i where it isn't a food, as in "or to
// taste", "or 2 tsp dried", "or chopped".
func (l *line) otherFood(i, end int) int {
	if !l.is(i, "or") && !l.is(i, "oder") && !l.is(i, "and") && !l.is(i+1, "/") {
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
	if next == at || stops["or "+l.low(at)] {
		return i
	}
	return next
}

// food reads the few words of a food up to the next mark or to the end.
func (l *line) food(i, end int) int {
	noun := false
	at := i
	for at < end && l.kindAt(at) == word {
		low := l.low(at)
		if numberWords[low] > 0 || isArticle(low) || stops[low] || stops[low+" "+l.low(at+1)] || links[low] || participle(low) ||
			classOf(low)&(size|preparation|adverb) != 0 {
			return i
		}
		noun = noun || classOf(low)&adjective == 0
		at++
	}
	ended := at >= end || l.is(at, ",") || l.is(at, "(") || l.is(at, ".") || l.is(at, ";")
	if !noun || !ended || at-i > maxFood {
		return i
	}
	return at
}

// foods tells of a list of three or more and nothing else but what is in parentheses behind it: "dill, parsley,
// chives". Where something is counted, it is a choice: "50 ml bourbon, brandy, or cognac".
func (l *line) foods(start, end int) bool {
	if end-start > maxList {
		return false
	}
	count, choice := 0, false
	for at := start; at < end && !l.is(at, "etc"); {
		if l.is(at, "(") {
			if l.closing(at) != end-1 {
				return false
			}
			break
		}
		choice = choice || l.is(at, "or") || l.is(at, "oder")
		first := l.afterJoint(at)
		next := l.food(first, end)
		if next == first {
			return false
		}
		count++
		at = next
		if !l.is(at, "(") {
			at++
		}
	}
	uncounted := l.amount == nil && l.unit == ""
	return count > 2 && (choice || uncounted) || count == 2 && (l.is(start, "salt") || l.is(start, "salz"))
}

// afterJoint steps over what joins the last food to a list: "and some".
func (l *line) afterJoint(i int) int {
	switch l.low(i) {
	case "and", "or", "und", "oder":
		i++
	}
	if l.is(i, "some") || l.is(i, "etwas") {
		i++
	}
	return i
}

// alternatives tells that what follows is a short list with "or" before its last; or, where nothing is
// counted, "and".
func (l *line) alternatives(i, end int) bool {
	or := false
	for at := i; at < end && at < i+8; at++ {
		low := l.low(at)
		if l.kindAt(at) == number || numberWords[low] > 0 || isArticle(low) || low == "(" || stops[low] || partWords[low] && low != "and" ||
			participle(low) || classOf(low)&(size|preparation) != 0 {
			return false
		}
		all := l.amount == nil && l.unit == "" && (low == "and" || low == "und" || low == "&")
		or = or || at > i && (all || low == "or" || low == "oder")
	}
	return or && end-i < 8
}

// within reads what stands inside of a name and isn't of it: "fresh chopped basil", "salt and freshly ground
// pepper", "ripe, medium tomatoes".
func (l *line) within(i, start, end int) int {
	if next := l.sizeAt(i); next > i && l.is(i-1, ",") && next < end && l.kindAt(next) == word {
		return next
	}
	joined := l.is(i-1, "and") || l.is(i-1, "or") || l.is(i-1, "&") || l.is(i-1, "und")
	fresh := i == start+1 && (l.is(start, "fresh") || l.is(start, "frisch") || l.is(start, "frische"))
	next := l.preparationAt(i, end)
	if next == i || next >= end || l.kindAt(next) != word || sold[l.low(next-1)+" "+l.low(next)] {
		return i
	}
	if fresh || joined && next > i+1 {
		return next
	}
	return i
}

// aside reads what is in parentheses, open at i: a measure, or a note.
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

// remarks are what stands behind the name, part by part.
func (l *line) remarks(i, end int) {
	for i < end {
		next := l.partEnd(i, end)
		start := i
		for start < next && (l.is(start, ",") || l.is(start, ";") || l.is(start, "-") || l.is(start, "–")) {
			start++
		}
		if l.amount == nil || l.second != nil || !l.wholeMeasure(start, next) {
			l.remark(i, l.measureInRemark(i, next))
		}
		i = next
	}
}

// measureInRemark takes the measure off the end of a remark, and gives where that begins: "chopped (about 1/2 cup)".
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

// remark keeps one part; that of "(optional)" is what is inside.
func (l *line) remark(i, next int) {
	if l.is(i, "(") && l.closing(i) == next-1 {
		l.addNote(i+1, next-1)
		return
	}
	l.addNote(i, next)
}

// partEnd is where the next comma is, or parenthesis begins or ends, outside of others.
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

// wholeMeasure takes a part that is a measure and nothing else: ", about 2 pounds".
func (l *line) wholeMeasure(i, end int) bool {
	relation := Same
	switch l.low(i) {
	case "à", "je":
		i, relation = i+1, Each
	case "plus", "+":
		i, relation = i+1, Plus
	}
	found, unit, next := l.measureAt(i)
	if next == i || next > end || !l.onlyEach(next, end) || unit.Dimension() == units.Length {
		return false
	}
	one := l.unit == "" && l.amount.from == 1 && l.amount.upper == nil && unit.Dimension() == units.Mass
	if relation == Same && one || l.is(end-1, "each") || l.is(end-1, "je") {
		relation = Each // also a chicken (3 pounds): two weigh that each
	}
	l.setSecond(found, unit, relation, span{i, next})
	return true
}

// unitBehind takes the unit noun off the end of a name: "2 garlic cloves" are cloves of garlic.
func (l *line) unitBehind() {
	if len(l.name) == 0 {
		return
	}
	last := &l.name[len(l.name)-1]
	if last.end-last.start < 2 || l.kindAt(last.end-2) != word {
		return
	}
	unit, next := l.unitAt(last.end - 1)
	if next != last.end || !behindName[unit.Name()] {
		return
	}
	for i := last.start; i < last.end-1; i++ {
		if notBehind[unit.Name()+" "+l.low(i)] {
			return
		}
	}
	l.unit = unit.Name()
	last.end--
}
