//nolint:gochecknoglobals // tables, never written to
package ingredient

import (
	"slices"
	"strconv"
	"strings"

	"larder.dev/recipe/language"
	"larder.dev/recipe/units"
)

// role is what a word may be in a line. A word can have several roles.
type role uint64

const (
	size        role = 1 << iota // a size of the food: large
	preparation                  // a preparation of the food: chopped
	adverb                       // how it is prepared: finely; nothing without a preparation
	adjective                    // continues the name after a comma: boneless, skinless thighs
	modifier                     // a modifier of a unit: heaped
	behindUnit                   // may also follow the unit: 1 cup scant
	qualifier                    // the precision of an amount: about
	dimension                    // the direction of a length: thick
	numbered                     // followed by a number of the name: type 405
	few                          // an amount without a number: a few sprigs
	little                       // an amount only after "a": a little salt
	part                         // may come before "of 1 lemon": juice
	openEnded                    // may follow the "or" of "2 or more"
	indefinite                   // not counted by "a": a mixture of herbs
	stop                         // ends a name: for
	link                         // may follow a preparation after the name: onion chopped into dice
	article                      // a
	genitive                     // an article meaning "of a": Saft einer Zitrone
	of                           // between an amount and a food
	from                         // like "of", after part of a food: leaves from 1 sprig
	or                           //
	and                          //
	to                           // between the ends of a range
	each                         // after the content of each one: 200 g each
	eachBefore                   // before it: à 400 g
	plus                         // before an addition
	minus                        // before a subtraction
	purpose                      // for
	some                         //
	salt                         // two foods are a list if the first is salt
	fresh                        // may precede a preparation inside a name: fresh chopped basil
	sized                        // after a size: medium sized
	ground                       // a preparation before pepper, else part of the name
	dozens                       // twelve
	hundred                      //
	numeral                      // a number in words; below 1 it needs no number before it: half cup
	fraction                     // a fraction, after a number or an article: a third
	fractions                    // fractions in the plural: two thirds
	between                      // before a range joined by "and"
	ordinal                      // the ending of a fraction in digits: 1/3rd
	elision                      // elides its vowel: d'ail
	prefix                       // a number joined to what it counts: demi-citron
	definite                     // a definite article: la
	optional                     // marks a line as optional at its front
	sold                         // a food whose first word looks like a preparation: crushed tomatoes
	notUnit                      // a food that begins with a unit word: pound cake
	notBehind                    // a unit that is part of the preceding food: pork rib
	behind                       // a unit with the only food it may follow: celery stick
	chained                      // a preparation if another follows, else part of the name: pitted and halved
	pepper                       //
	black                        // a kind of pepper
	unnamed                      // in parentheses after a food, doesn't specify it: see
	head                         // the first word of an entry of two words
	longHead                     // the first word of one of three
)

// roles maps the keys of the language tables.
var roles = map[string]role{
	"size": size, "preparation": preparation, "adverb": adverb, "adjective": adjective, "modifier": modifier, "behind unit": behindUnit,
	"qualifier": qualifier, "dimension": dimension, "numbered": numbered, "few": few, "little": little, "part": part,
	"open-ended": openEnded, "indefinite": indefinite, "stop": stop, "link": link, "article": article,
	"genitive article": genitive, "of": of, "from": from, "or": or, "and": and, "to": to, "each": each,
	"each before": eachBefore, "plus": plus, "minus": minus, "for": purpose, "some": some, "salt": salt, "fresh": fresh, "sized": sized,
	"ground": ground, "dozen": dozens, "hundred": hundred, "between": between, "ordinal": ordinal, "elision": elision,
	"prefix": prefix, "definite": definite, "optional": optional, "sold": sold, "not unit": notUnit,
	"not behind": notBehind, "behind": behind, "chained": chained, "pepper": pepper, "black": black, "unnamed": unnamed,
	"number": numeral, "fraction": fraction, "fractions": fraction | fractions,
}

// vocabulary holds the words that lines are parsed with: of one language, or of several without
// conflicting words.
type vocabulary struct {
	codes   []string
	units   *units.Spellings
	phrases map[string]role // the entries of several words
	endings endings
	// nounFirst means that a preparation follows its food without a comma: "cipolla tritata".
	nounFirst bool
}

// endings match words that are too many for a table.
type endings struct{ size, participle, noParticiple []string }

// vocabularies are in order of preference for lines whose words don't show their language.
var vocabularies = [...]*vocabulary{
	{codes: []string{"en", "de"}},
	{codes: []string{"fr"}},
	{codes: []string{"it"}},
	{codes: []string{"es"}},
	{codes: []string{"nl"}},
	{codes: []string{"sv"}},
}

// lexeme is what a word means in each vocabulary.
type lexeme struct {
	roles [len(vocabularies)]role
	known [len(vocabularies)]int // how strongly the word indicates the vocabulary
	ever  role                   // in any vocabulary
	value float64                // of a number or a fraction
	// units says whether the word spells a unit, ignoring case. longest is the word count of the
	// longest unit spelling that begins with the word, 0 if that is one.
	units   [len(vocabularies)]bool
	longest [len(vocabularies)]int
}

// lexicon holds the words of all vocabularies.
var lexicon = compile()

// lexemes are found by index, so that tokens hold no pointers for the garbage collector to follow.
// Index 0 is any word that no table has.
type lexemes struct {
	numbers map[string]int32
	all     []lexeme
}

func (l *lexemes) find(low string) *lexeme { return &l.all[l.numbers[low]] }

// word returns the lexeme of a word, creating it if necessary.
func (l *lexemes) word(low string) *lexeme {
	if _, known := l.numbers[low]; !known {
		l.numbers[low] = int32(len(l.all))
		l.all = append(l.all, lexeme{})
	}
	return l.find(low)
}

func compile() *lexemes {
	all := &lexemes{numbers: map[string]int32{}, all: make([]lexeme, 1)}
	for n, v := range vocabularies {
		v.units, v.phrases = units.In(v.codes...), map[string]role{}
		for _, code := range v.codes {
			table, err := language.Read(code)
			if err != nil {
				continue // the tables' test reads them all
			}
			v.add(table, func(word string, as role, value float64, tells int) {
				known := all.word(word)
				known.roles[n] |= as
				known.known[n] = max(known.known[n], tells)
				known.ever |= as
				known.value = max(known.value, value)
			})
		}
		all.addUnits(n, v.units)
	}
	return all
}

// addUnits records, once for all lines, which words may be a unit of a vocabulary, or the first
// word of one.
func (l *lexemes) addUnits(vocabulary int, spellings *units.Spellings) {
	for spelling := range spellings.All() {
		low := strings.ToLower(spelling)
		l.word(low).units[vocabulary] = true
		first, _, _ := strings.Cut(low, " ")
		l.word(first).longest[vocabulary] = spellings.Longest(first)
	}
}

// add adds the words of a table with their roles.
func (v *vocabulary) add(table language.Table, word func(string, role, float64, int)) {
	for key, entries := range table.Words {
		for _, entry := range entries {
			v.entry(key, entry, word)
		}
	}
	for _, unit := range table.Units {
		for _, form := range unit.Forms {
			for w := range strings.FieldsSeq(form.One + " " + form.Many) {
				word(strings.ToLower(w), 0, 0, aWord)
			}
		}
	}
	v.nounFirst = v.nounFirst || slices.Contains(table.Words["order"], "noun first")
	v.endings.size = slices.Concat(v.endings.size, table.Words["size ending"])
	v.endings.participle = slices.Concat(v.endings.participle, table.Words["participle ending"])
	v.endings.noParticiple = slices.Concat(v.endings.noParticiple, table.Words["no participle"])
}

func (v *vocabulary) entry(key, entry string, word func(string, role, float64, int)) {
	as, ok := roles[key]
	if !ok && key != "telling" {
		return
	}
	if as&(numeral|fraction|dozens) != 0 {
		if curly := strings.ReplaceAll(entry, "'", "’"); curly != entry {
			v.entry(key, curly, word)
		}
		entry, value, _ := strings.Cut(entry, " ")
		above, below, _ := strings.Cut(value, "/")
		word(entry, as, digitsOf(above)/max(digitsOf(below), 1), aWord)
		return
	}
	if curly := strings.ReplaceAll(entry, "'", "’"); curly != entry {
		v.entry(key, curly, word)
	}
	words := strings.Fields(entry)
	if len(words) == 1 {
		tells := aWord
		if key == "telling" {
			tells = aFood
		}
		word(entry, as, 0, tells)
		return
	}
	v.phrases[entry] |= as
	first := head
	if len(words) > 2 {
		first = longHead
	}
	word(words[0], first, 0, aFood)
	for _, w := range words[1:] {
		word(w, 0, 0, aFood)
	}
}

func digitsOf(text string) float64 {
	value, _ := strconv.ParseFloat(text, 64) // "" is 0
	return value
}

// compound is a word made of a food and its unit, "Vitlök-s-klyfta".
type compound struct{ food, joint, tail string }

// compounds lists the compounds of all languages by first byte, because few words start like one:
// "compound: vitlök+s+klyfta".
var compounds = readCompounds()

func readCompounds() (all [256][]compound) {
	for _, code := range language.Codes() {
		table, err := language.Read(code)
		if err != nil {
			continue // the tables' test reads them all
		}
		for _, entry := range table.Words["compound"] {
			food, rest, _ := strings.Cut(entry, "+")
			joint, unit, _ := strings.Cut(rest, "+")
			small, capital := food[0], food[0]-'a'+'A'
			one := compound{food: food, joint: joint, tail: joint + unit}
			all[small], all[capital] = append(all[small], one), append(all[capital], one)
		}
	}
	return all
}

// How strongly words indicate a line's language: a food; a word of its grammar or a unit; and a
// unit of several words, because "c. à soupe" is French, whatever "c." means elsewhere.
const (
	aFood = 1
	aWord = 2
	aUnit = 4
)

// beginsUnit reports whether a vocabulary's unit of several words begins at a token.
func (l *line) beginsUnit(i, vocabulary int) bool {
	if lexicon.all[l.tokens[i].lexeme].longest[vocabulary] == 0 {
		return false
	}
	l.speak(vocabulary)
	_, next := l.unitOfWords(i)
	return next > i
}

// understand looks up the words of a line in the vocabulary that knows most of them.
func (l *line) understand() {
	var known [len(vocabularies)]int
	for i := range l.tokens {
		t := &l.tokens[i]
		if t.kind == number || l.is(i, ",") {
			continue
		}
		t.lexeme = lexicon.numbers[l.low(i)]
		if t.lexeme == 0 || t.kind == mark {
			continue
		}
		for n, tells := range lexicon.all[t.lexeme].known {
			known[n] += tells
			if tells > 0 && l.beginsUnit(i, n) {
				known[n] += aUnit
			}
		}
	}
	most := 0
	for n := range known {
		if known[n] > known[most] {
			most = n
		}
	}
	l.speak(most)
	for i := range l.tokens {
		l.recognize(i)
	}
}

// speak sets the vocabulary of the line.
func (l *line) speak(vocabulary int) { l.language, l.words = vocabulary, vocabularies[vocabulary] }

// recognize looks up a token's roles once, because they are needed many times.
func (l *line) recognize(i int) {
	t := &l.tokens[i]
	known := &lexicon.all[t.lexeme]
	t.roles = known.roles[l.language]
	if t.kind != word {
		return
	}
	low := l.low(i)
	if t.roles == 0 && endsIn(low, l.words.endings.size) {
		t.roles = size
	}
	t.noUnit = !known.units[l.language] && l.allLower && low[len(low)-1] != ')' // as in "cup(s)"
}

// has reports whether a token has one of the roles.
func (l *line) has(i int, as role) bool {
	return i >= 0 && i < len(l.tokens) && l.tokens[i].roles&as != 0
}

// phraseAt reads an entry of two or three words with one of the roles, skipping abbreviation points
// ("q. b."). next is i if there is none.
func (l *line) phraseAt(i int, as role) (next int) {
	if !l.has(i, head|longHead) {
		return i
	}
	second := l.afterPoint(i + 1)
	next = l.afterPoint(second + 1)
	if l.has(i, longHead) && l.kindAt(next) == word && l.words.phrases[l.low(i)+" "+l.low(second)+" "+l.low(next)]&as != 0 {
		return l.afterPoint(next + 1)
	}
	if l.has(i, head) && l.words.phrases[l.low(i)+" "+l.low(second)]&as != 0 {
		return next
	}
	return i
}

// begins reports whether an entry of several words begins at a token.
func (l *line) begins(i int, as role) bool { return l.phraseAt(i, as) > i }

// isAny reports whether a token, or an entry of several words there, has one of the roles.
func (l *line) isAny(i int, as role) bool { return l.has(i, as) || l.begins(i, as) }

// numeral returns the value of a number in words, or 0 for any other token.
func (l *line) numeral(i int) float64 {
	if !l.has(i, numeral) {
		return 0
	}
	return l.value(i)
}

// fraction returns the value of a fraction in words, or 0 for any other token.
func (l *line) fraction(i int) float64 {
	if !l.has(i, fraction) {
		return 0
	}
	return l.value(i)
}

func (l *line) value(i int) float64 { return lexicon.all[l.tokens[i].lexeme].value }

// isEver reports whether a lower-case word has one of the roles in any language, for callers that
// don't know the line's language yet.
func isEver(low string, as role) bool {
	return lexicon.find(low).ever&as != 0
}

// numeralOf returns the value of a number word in any language, or 0 for any other word.
func numeralOf(low string) float64 {
	if !isEver(low, numeral) {
		return 0
	}
	return lexicon.find(low).value
}

func endsIn(low string, endings []string) bool {
	for _, ending := range endings {
		if strings.HasSuffix(low, ending) {
			return true
		}
	}
	return false
}

// The units, by name, that have a special place in a line.
var (
	// scooped units need neither a number nor "of": "pinch salt".
	scooped = set(`
		pinch, handful, dash, splash, knob, sprig, drop, glug, dollop, bunch, sprinkle, smidgen, pat, fistful, glass, piece,
		drizzle`)

	// foodUnits are foods themselves if no food follows.
	foodUnits = set("clove, cube, fillet, rib, leaf, head")

	// commaBehind units may be followed by a comma: "4 cloves, garlic".
	commaBehind = set(`
		clove, stalk, sprig, stick, bunch, head, slice, can, tin, jar, package, packet, piece, pinch, dash, handful, bag, box, bottle`)

	// betweenMeasures are the marks between the measures of one item: "(8-ounce [226-g] each)".
	betweenMeasures = map[string]bool{"/": true, ",": true, "-": true, "[": true, "]": true, ";": true, "=": true, ".": true}

	// containers hold a stated amount each.
	containers = set(`
		can, tin, jar, package, packet, pack, pouch, sachet, bag, bottle, box, carton, container, tub, tube, pot,
		punnet, envelope, block, tray, bar, loaf, ball, glass`)

	// sealed containers are bought full, so a measure after their food is the content of each:
	// "2 cans tomatoes (400 g)", but "2 glasses of water (400 ml)".
	sealed = set(`
		can, tin, jar, package, packet, pack, pouch, sachet, bag, block, bottle, box, carton, container, tub, tube, punnet,
		envelope`)

	// shelved containers hold food that is sold prepared: "1 can chopped tomatoes" is a name.
	shelved = set("can, tin")

	// cut units are pieces that a measured food may come in: "1-lb. piece salmon".
	cut = set("piece, slab, chunk, wedge, fillet, head, bunch, wheel, rack")

	// behindName lists unit nouns that follow the food: "2 garlic cloves".
	behindName = set("clove, stalk, sprig, slice, bulb, knob, spear")
)

// set reads a comma-separated table.
func set(list string) map[string]bool {
	all := map[string]bool{}
	for entry := range strings.SplitSeq(list, ",") {
		all[strings.TrimSpace(entry)] = true
	}
	return all
}
