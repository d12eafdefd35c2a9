// Package ingredient parses a line of a recipe's ingredient list as people write it:
// "1 1/2 cups flour, sifted" is a quantity, a unit, a name and a note. It uses rules over words
// from the tables in recipe/language, is pure and fast, and never fails: the original line is
// stored elsewhere, and what it doesn't understand stays text. It never guesses an amount: each
// number in a result is in the line, and "1/3foo cup" or "4 ML", a millilitre or a Slovak spoon,
// give none. What is plausible decides that "1.000 g" is a kilogram and "1,333 l" isn't.
//
// A line is read in the language that most of its words belong to, because a word's meaning varies:
// "of" is Dutch for or, "c." a French spoon and an English cup. No rule asks for the language: all
// differences are in the tables, even whether nouns come first.
//
// The assignment follows the labels used for training statistical parsers on cooks' lines
// (quantity, unit, name, size, preparation, comment, purpose), so that the two can be compared:
//
//   - Quantity and QuantityMax are the first amount of the line, anywhere in it ("Spaghetti: 320
//     g"), also in words. A bare unit ("pinch of salt") has no quantity, because none is written. A
//     dozen is twelve.
//   - Unit is the canonical name of that amount's unit (recipe/units), "" for a count. A unit noun
//     after the food counts too: "2 garlic cloves" is garlic by the clove.
//   - Second is the line's other amount: the same in another unit ("200g/7oz"), the container
//     ("400g tin" is one tin), the contents or weight of each one ("1 (14 oz) can"), or an addition
//     ("1 cup plus 2 tbsp"). A third form of the same amount is omitted, because only two measures
//     are scaled. The length of an uncounted piece is what each one measures ("2-inch piece
//     ginger"); after a number, a length is a size and so a note.
//   - Name is the food with the words that say which food to buy: "fresh parsley", "ground cumin",
//     "boneless chicken breasts", "beef or chicken stock", "peanut or other oil", also with a comma
//     or parentheses before the "or", and a second name in parentheses: "scallions (green onions)".
//     Shopping needs these words; a list adds up by them. A list of foods is one name: "dill,
//     parsley, chives", "salt, lime juice and sugar".
//   - Note is everything else, in the order of the line: size ("large"), preparation ("finely
//     chopped", also before the name), comments ("optional", "to taste", "plus more for dusting"),
//     purpose ("for the sauce"), and qualifiers of an amount ("about", "heaped"). Three large eggs
//     and two eggs are five eggs.
//   - In "juice of 1 lemon" the food is the lemon, because that is what to buy.
package ingredient

import (
	"html"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Parsed holds the parts of a line. Quantity is nil if the line has no amount; QuantityMax is the
// upper end of a range. Unit is Larder's short form ("g", "tbsp", "cup"), "" for a count.
type Parsed struct {
	Quantity    *float64
	QuantityMax *float64
	Unit        string
	Second      *Second
	Name        string
	Note        string
}

// Relation says how a second measure relates to the first.
type Relation string

const (
	// Same is the same amount in another unit: 1 pound (500 g).
	Same Relation = "same"
	// Each is the content of each one: 2 cans of 400 g. Scaling leaves it unchanged.
	Each Relation = "each"
	// Plus is an addition: 1 cup plus 2 tbsp.
	Plus Relation = "plus"
)

// Second is the second measure of a line.
type Second struct {
	Quantity    float64
	QuantityMax *float64
	Unit        string
	Relation    Relation
}

// maxLine limits the work per line, in bytes. A longer line is someone's story: it stays a name.
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
		return Parsed{Name: squeeze(text)} // only marks
	}
	return p
}

// open starts a line with a text in NFC and single spaces. It returns false if the text has too
// many tokens.
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

// isTidy reports whether a text is ASCII with single spaces, like most lines: those need no
// normalising.
func isTidy(s string) bool {
	for i := range len(s) {
		if b := s[i]; b < ' ' || b >= utf8.RuneSelf || b == ' ' && i > 0 && s[i-1] == ' ' {
			return false
		}
	}
	return true
}

// squeeze replaces white space with single spaces.
func squeeze(s string) string {
	if !strings.ContainsAny(s, "\t\n\v\f\r\u0085\u00a0\u2009\u202f") && !strings.Contains(s, "  ") {
		return strings.TrimSpace(s)
	}
	return strings.Join(strings.Fields(s), " ")
}

// plain removes Markdown emphasis and links: "**fresh** [stock](/stock)" is fresh stock.
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

// emphasis removes Markdown's emphasis marks.
var emphasis = strings.NewReplacer("*", "", "_", "") //nolint:gochecknoglobals // without state

// read parses the line from left to right.
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

// bareArticle skips the article of a food without an amount: "de l'ail", "du sel". A capital letter
// begins a name.
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

// oneOf reads the one of "a bay leaf" if no other amount is at the front.
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

// afterBullet skips a list's bullet ("- ", "* ", "• ", "[ ] ").
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

// purposeLabel removes a leading "For the sauce:".
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

// remarkBefore removes a leading "(optional)" or "Optional:".
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

// optional reads a leading word that makes the line, or its amount, optional.
func (l *line) optional(i int) int {
	if l.has(i, optional) {
		return l.afterPoint(i + 1)
	}
	return l.phraseAt(i, optional) // n. B., nach Belieben
}

// partOf removes "Juice of", "finely grated zest and juice of", "leaves from" before an amount.
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

// quiet skips "about".
func (l *line) quiet(i int) int {
	for n := qualifierLength(l, i); n > 0; n = qualifierLength(l, i) {
		i += n
		if l.is(i, ".") {
			i++
		}
	}
	return i
}

// qualifier moves the leading precision of an amount to the notes: "about", "at least", "ca.".
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
