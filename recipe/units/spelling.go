package units

import (
	"iter"
	"maps"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"larder.dev/recipe/language"
)

// Spellings are how some languages write the units.
type Spellings struct {
	bySpelling map[string]spelling
	// longest is how many words the longest spelling has that begins with a word; none of one word is in it.
	longest map[string]int
}

// spelling is one way to write a unit.
type spelling struct {
	unit      *definition
	one, many string
	// manyFrom is the quantity that takes the form for many: in French two, elsewhere anything over one.
	manyFrom float64
}

// every are the spellings of all languages. Built once, from the tables.
var every = In(language.Codes()...) //nolint:gochecknoglobals // the tables, turned round

// In gives the spellings of some languages. Where two spell different units alike, the first has it; where they write a
// word differently for more than one, it stays as it is written. What all languages write (g, ml, oz) is in each.
func In(codes ...string) *Spellings {
	s := &Spellings{bySpelling: map[string]spelling{}, longest: map[string]int{}}
	none := map[string]bool{}
	for _, code := range codes {
		table, err := language.Read(code)
		if err != nil {
			continue // the test of the tables reads them all
		}
		s.addTable(table)
		for _, word := range table.Words["no unit"] {
			none[word] = true
		}
	}
	for name, known := range units {
		if _, spelled := s.bySpelling[name]; !spelled && known.dimension != Thing {
			s.add(name, spelling{unit: known, one: name, many: name, manyFrom: overOne})
		}
	}
	s.addLowerCase(none)
	return s
}

// addLowerCase adds what has a capital without it, for who writes "2 zehen": behind all others, since "tasse" is French
// and "glas" Dutch where a line doesn't tell.
func (s *Spellings) addLowerCase(none map[string]bool) {
	for text, known := range maps.Clone(s.bySpelling) {
		low := strings.ToLower(text)
		if _, other := s.bySpelling[low]; other || none[low] || len(text) < 3 {
			continue
		}
		known.one, known.many = strings.ToLower(known.one), strings.ToLower(known.many)
		s.add(low, known)
	}
}

// overOne is a little more than one: what is written as 1 is one.
const overOne = 1 + nearEnough

func (s *Spellings) addTable(table language.Table) {
	manyFrom := overOne
	if from := table.Words["many from"]; len(from) > 0 {
		manyFrom, _ = strconv.ParseFloat(from[0], 64)
	}
	for _, row := range table.Units {
		for _, form := range row.Forms {
			known := spelling{unit: units[row.Name], one: form.One, many: form.Many, manyFrom: manyFrom}
			s.add(form.One, known)
			s.add(form.Many, known)
		}
	}
}

// add keeps a spelling. One that is known stays of its unit.
func (s *Spellings) add(text string, as spelling) {
	if text == "" {
		return
	}
	if known, ok := s.bySpelling[text]; ok {
		if known.one != as.one || known.many != as.many {
			known.one, known.many = text, text
			s.bySpelling[text] = known
		}
		return
	}
	if curly := strings.ReplaceAll(text, "'", "’"); curly != text {
		s.add(curly, as)
	}
	s.bySpelling[text] = as
	if words := strings.Count(text, " ") + 1; words > 1 {
		first := text[:strings.IndexByte(text, ' ')]
		s.longest[first] = max(s.longest[first], words)
	}
}

// All gives the spellings, in no order.
func (s *Spellings) All() iter.Seq[string] { return maps.Keys(s.bySpelling) }

// Parse finds a unit by its spelling in these languages.
func (s *Spellings) Parse(text string) (Unit, bool) {
	known := s.find(text).unit
	if known == nil {
		return Unit{}, false
	}
	return Unit{name: known.name, known: known}, true
}

// One tells of a word that it is written out, and for one.
func (s *Spellings) One(text string) bool {
	known := s.find(text)
	return known.unit != nil && known.one == fold(text) && len(text) > 2
}

// Longest is how many words a spelling has at most that begins with a word in lower case: "fl" goes on with "oz". 0
// where no spelling of several words does.
func (s *Spellings) Longest(first string) int { return s.longest[first] }

// Form writes a word for a unit as its writer did, in the form that goes with a quantity, up to upper where that isn't
// nil: of "Tasse" and 3 "Tassen", of "gousses" and 1 "gousse". What has one form, or isn't known, stays as it is.
func (s *Spellings) Form(word string, quantity float64, upper *float64) string {
	known := s.find(word)
	if known.unit == nil || known.one == known.many {
		return word
	}
	form := known.one
	if most := most(quantity, upper); most >= known.manyFrom || most == 0 {
		form = known.many
	}
	if fold(word) == form {
		return word
	}
	return withCaseOf(word, form)
}

// Form is Spellings.Form in all languages, for who knows the word alone.
func Form(word string, quantity float64, upper *float64) string {
	return every.Form(word, quantity, upper)
}

func most(quantity float64, upper *float64) float64 {
	if upper != nil {
		return *upper
	}
	return quantity
}

// withCaseOf writes a form in capitals, or with a capital, where the word is written so.
func withCaseOf(word, form string) string {
	first, size := utf8.DecodeRuneInString(word)
	switch {
	case !unicode.IsUpper(first):
		return form
	case len(word) > size && strings.ToUpper(word) == word:
		return strings.ToUpper(form)
	default:
		initial, size := utf8.DecodeRuneInString(form)
		return string(unicode.ToUpper(initial)) + form[size:]
	}
}

// find looks a spelling up. Points belong to abbreviations ("fl. oz.") and tell nothing.
func (s *Spellings) find(text string) spelling {
	text = strings.TrimSuffix(strings.TrimSpace(text), ".")
	if known, ok := s.bySpelling[text]; ok {
		return known
	}
	folded := fold(text)
	if folded == text {
		return spelling{}
	}
	return s.bySpelling[folded]
}

// fold brings a spelling to the form of the tables.
func fold(text string) string {
	plain := true
	for i := range len(text) {
		b := text[i]
		plain = plain && b < utf8.RuneSelf && b != '.' && !unicode.IsUpper(rune(b))
	}
	if plain {
		return text
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(text), ".", " ")), " ")
}
