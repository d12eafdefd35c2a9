// Package ingredient understands a line of a recipe's ingredient list as people write it: "1 1/2 cups flour,
// sifted" is a quantity, a unit, a name and a note. It works by rules over words, whose tables are in recipe/language, is
// pure and fast, and never fails: the line itself is kept elsewhere as it was written, and what isn't
// understood stays text. An amount is never guessed: each number of a result stands in the line, and "1/3foo cup" or
// "4 ML", a millilitre or a Slovak spoon, has none. "1.000 g" is a kilogram and "1,333 l" is not, by what is plausible.
//
// A line is read in the language that most of its words are of, for a word may be something else in each: "of" is
// Dutch for or, "c." a French spoon and an English cup. No rule asks which language it is: what differs is in the tables,
// down to whether nouns come first.
//
// What goes where follows how cooks' lines are labelled for statistical parsers (quantity, unit, name, size,
// preparation, comment, purpose), so that the two can be compared:
//
//   - Quantity and QuantityMax are the first amount of the line, wherever it stands ("Spaghetti: 320 g"), also
//     in words. A bare unit ("pinch of salt") has no quantity, for none is written. A dozen is twelve.
//   - Unit is the canonical name of that amount's unit (recipe/units), "" for a count. A unit noun behind the
//     food counts as well: "2 garlic cloves" is garlic by the clove.
//   - Second is what else is said of the amount: the same in another unit ("200g/7oz"), the container that holds it
//     ("400g tin" is one tin), what each one holds or weighs ("1 (14 oz) can"), or what comes on top ("1 cup plus 2
//     tbsp"). The same a third time is left out, for only two measures are scaled. The length of a piece that nothing
//     counts is what each one measures ("2-inch piece ginger"); behind a number it is a size, and a note.
//   - Name is the food with the words that say which food to buy: "fresh parsley", "ground cumin", "boneless
//     chicken breasts", "beef or chicken stock", "peanut or other oil", with a comma or parentheses before the "or" too,
//     and a second name in parentheses: "scallions (green onions)". Buying needs these; a list adds up by them. A list of
//     foods is one name: "dill, parsley, chives", "salt, lime juice and sugar".
//   - Note is everything else, in the order of the line: size ("large"), preparation ("finely chopped", also
//     before the name), comments ("optional", "to taste", "plus more for dusting"), purpose ("for the sauce"),
//     and what qualifies an amount ("about", "heaped"). Three large eggs and two eggs are five eggs.
//   - In "juice of 1 lemon" the food is the lemon, which is what one has to have.
package ingredient

import (
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Parsed is what is understood of a line. Quantity is nil where the line has no amount, QuantityMax is the
// upper end of a range. Unit is the short form that Larder writes ("g", "tbsp", "cup"), "" for a count.
type Parsed struct {
	Quantity    *float64
	QuantityMax *float64
	Unit        string
	Second      *Second
	Name        string
	Note        string
}

// Relation is how a second measure stands to the first.
type Relation string

const (
	// Same is the same amount in another unit: 1 pound (500 g).
	Same Relation = "same"
	// Each is how much is in each one: 2 cans of 400 g. Scaling leaves it as it is.
	Each Relation = "each"
	// Plus comes on top: 1 cup plus 2 tbsp.
	Plus Relation = "plus"
)

// Second is the second measure of a line.
type Second struct {
	Quantity    float64
	QuantityMax *float64
	Unit        string
	Relation    Relation
}

// maxLine bounds the work at one line, in bytes. A longer one is somebody's story: it stays a name.
const maxLine = 2000

// Parse reads one line.
func Parse(text string) Parsed {
	if len(text) > maxLine {
		return Parsed{Name: strings.TrimSpace(text)}
	}
	l := lines.take()
	defer lines.giveBack(l)
	if !l.open(text) {
		return Parsed{Name: l.text}
	}
	p := l.read()
	if p == (Parsed{}) {
		return Parsed{Name: squeeze(text)} // marks alone
	}
	return p
}

// open begins the line of a text: in NFC, with one space for any white space. It gives false where that has too many
// tokens.
func (l *line) open(text string) bool {
	if strings.Contains(text, "&") && strings.Contains(text, ";") {
		text = html.UnescapeString(text) // "1&frac12; cups"
	}
	if !isTidy(text) {
		text = squeeze(norm.NFC.String(text))
	}
	l.text = plain(strings.TrimSpace(text))
	tokens, ok := scan(l.text, l.tokens)
	l.tokens = tokens
	l.folded, l.allLower = lower(l.text)
	l.understand()
	return ok
}

// isTidy tells of ASCII with single spaces, which most lines are: there is nothing to compose or to squeeze in it.
func isTidy(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b >= utf8.RuneSelf || b == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

// squeeze makes one space of any white space.
func squeeze(s string) string {
	if !strings.ContainsAny(s, "\t\n\v\f\r\u0085\u00a0\u2009\u202f") && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

// plain takes Markdown's emphasis and links away: "**fresh** [stock](/stock)" is fresh stock.
func plain(s string) string {
	if !strings.ContainsAny(s, "*_[") {
		return s
	}
	s = strings.TrimSpace(emphasis.Replace(s))
	var text strings.Builder
	for {
		middle := strings.Index(s, "](")
		if middle < 0 {
			return text.String() + s
		}
		open, end := strings.LastIndexByte(s[:middle], '['), strings.IndexByte(s[middle:], ')')
		if open < 0 || end < 0 {
			text.WriteString(s[:middle+1])
			s = s[middle+1:]
			continue
		}
		text.WriteString(s[:open] + s[open+1:middle])
		s = s[middle+end+1:]
	}
}

// emphasis is what Markdown marks words with.
var emphasis = strings.NewReplacer("*", "", "_", "") //nolint:gochecknoglobals // without state

// read takes the line apart from left to right.
func (l *line) read() Parsed {
	i := l.afterBullet(0)
	i = l.purposeLabel(i)
	i = l.remarkBefore(i)
	i = l.partOf(i)
	i = l.qualifier(i)
	i = l.leadingAmount(i)
	i = l.oneOf(i)
	if l.amount == nil && l.unit == "" {
		if few := l.few(i); few > i && few < len(l.tokens) {
			l.addNote(i, few)
			i = few
		}
	}
	i = l.bareArticle(i)
	if l.amount == nil && l.unit == "" && l.trailing(i) {
		return l.parsed()
	}
	l.phrase(i, len(l.tokens))
	if l.amount == nil && l.unit == "" {
		l.amountInNotes()
	}
	if l.unit == "" {
		l.unitBehind()
	}
	return l.parsed()
}

// bareArticle steps over the article of a food that no amount is of: "de l'ail", "du sel". A capital begins a name.
func (l *line) bareArticle(i int) int {
	if !l.words.nounFirst || l.amount != nil || l.unit != "" || l.at(i) != l.low(i) {
		return i
	}
	next := i
	switch {
	case l.isOf(i):
		next = l.afterOf(i)
	case l.has(i, definite):
		next++
	}
	if l.kindAt(next) != word {
		return i
	}
	return next
}

// oneOf counts the one of "a bay leaf", where no other amount is at the front.
func (l *line) oneOf(i int) int {
	if l.amount != nil || l.unit != "" || !l.has(i, article) || l.kindAt(i+1) != word || l.has(i+1, indefinite|few) {
		return i
	}
	for at := i + 1; at < len(l.tokens); at++ {
		if l.kindAt(at) == number {
			return i
		}
	}
	l.amount, l.places.amount = &amount{from: 1}, span{}
	return i + 1
}

func (l *line) parsed() Parsed {
	if len(l.name) == 0 && l.amount != nil && foodUnits[l.unit] && len(l.notes) > 0 {
		l.unit, l.name = "", append(l.name, l.unitPlace) // "1 clove (spice)"
	}
	if len(l.name) == 0 && l.amount == nil && l.unit == "" {
		l.name, l.notes = l.notes, l.name // "(spices)" is a name in parentheses
	}
	p := Parsed{Unit: l.unit, Second: l.second, Name: l.join(l.name, " "), Note: l.noteText()}
	if l.amount != nil {
		p.Quantity, p.QuantityMax = &l.amount.from, l.amount.upper
	}
	return p
}

// afterBullet steps over what a list puts before a line ("- ", "* ", "• ", "[ ] ").
func (l *line) afterBullet(i int) int {
	for i < len(l.tokens) && isBullet(l.low(i)) {
		i++
	}
	if l.is(i, "[") && (l.is(i+1, "]") || l.is(i+2, "]")) {
		i += 2
		if l.is(i, "]") {
			i++
		}
	}
	return i
}

func isBullet(low string) bool {
	switch low {
	case "-", "•", "·", "–", "—", "+", "▢", "□":
		return true
	default:
		return false
	}
}

// purposeLabel takes "For the sauce:" off the front.
func (l *line) purposeLabel(i int) int {
	if !l.has(i, purpose) {
		return i
	}
	for at := i + 1; at < len(l.tokens)-1 && at < i+6; at++ {
		if l.is(at, ":") {
			l.addNote(i, at)
			return at + 1
		}
	}
	return i
}

// remarkBefore takes "(optional)" or "Optional:" off the front.
func (l *line) remarkBefore(i int) int {
	if next := l.optional(i); next > i && next < len(l.tokens) {
		l.addNote(i, next)
		if l.is(next, ":") || l.is(next, ",") {
			return next + 1
		}
		return l.afterOf(next)
	}
	if !l.is(i, "(") {
		return i
	}
	closed := l.closing(i)
	if closed < 0 || closed+1 >= len(l.tokens) {
		return i
	}
	if _, next := l.amountAt(l.quiet(closed + 1)); next == l.quiet(closed+1) {
		return i
	}
	l.addNote(i+1, closed)
	return closed + 1
}

// optional reads a word that says at the front of a line that it may be left out, or that the amount is one's own
// choice.
func (l *line) optional(i int) int {
	if l.has(i, optional) {
		return l.afterPoint(i + 1)
	}
	return l.phraseAt(i, optional) // n. B., nach Belieben
}

// partOf takes "Juice of", "finely grated zest and juice of", "leaves from" off the front of an amount.
func (l *line) partOf(i int) int {
	for at := i; at < i+8 && l.kindAt(at) == word; at++ {
		switch {
		case l.has(at, of|from):
			if _, next := l.amountAt(l.quiet(at + 1)); at == i || next == l.quiet(at+1) && !l.has(at+1, article) {
				return i
			}
			l.addNote(i, at+1)
			return at + 1
		case at > i && l.has(at, genitive): // "Saft einer Zitrone"
			l.addNote(i, at)
			return at
		case !l.has(at, part|preparation|adverb):
			return i
		}
	}
	return i
}

// quiet steps over "about".
func (l *line) quiet(i int) int {
	for n := qualifierLength(l, i); n > 0; n = qualifierLength(l, i) {
		i += n
		if l.is(i, ".") {
			i++
		}
	}
	return i
}

// qualifier takes what says how exact an amount is off its front, as a note: "about", "at least", "ca.".
func (l *line) qualifier(i int) int {
	if l.has(i, of|from) {
		if found, next := l.amountAt(i + 1); next > i+1 && found.upper != nil {
			return i + 1 // "de 2 a 3 cucharadas"
		}
	}
	next := l.quiet(i)
	if next == i {
		return i
	}
	if _, after := l.amountAt(next); after == next {
		return i
	}
	if !l.is(i, "~") {
		l.addNote(i, next)
	}
	return next
}

func qualifierLength(l *line, i int) int {
	if next := l.phraseAt(i, qualifier); next > i {
		return next - i
	}
	if l.has(i, qualifier) {
		return 1
	}
	if l.has(i, article) && l.has(i+1, qualifier) && l.kindAt(i+2) == number {
		return 2 // "a scant 1/2 cup"
	}
	return 0
}
