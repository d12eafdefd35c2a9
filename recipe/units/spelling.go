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

// Spellings holds how some languages write the units.
type Spellings struct {
	bySpelling map[string]spelling
	// longest maps a first word to the word count of the longest spelling that begins with it, if
	// that is more than one.
	longest map[string]int
}

// spelling is one way to write a unit.
type spelling struct {
	unit      *definition
	one, many string
	// manyFrom is the quantity from which the plural is used: two in French, anything over one
	// elsewhere.
	manyFrom float64
}

// every holds the spellings of all languages. Built once, from the tables.
var every = In(language.Codes()...) //nolint:gochecknoglobals // the tables, turned round

// In returns the spellings of some languages. If two spell different units alike, the first wins.
// If two have different plurals of a word, it stays as written. Spellings common to all languages
// (g, ml, oz) are always included.
func In(codes ...string) *Spellings {
	s := &Spellings{bySpelling: map[string]spelling{}, longest: map[string]int{}}
	none := map[string]bool{}
	for _, code := range codes {
		table, err := language.Read(code)
		if err != nil {
			continue // the tables' test reads them all
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

// addLowerCase adds capitalised spellings in lower case, for lines such as "2 zehen". They come
// after all others, since "tasse" is French and "glas" Dutch in lines that don't show their
// language.
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

// overOne is slightly more than one: an amount written as 1 is one.
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

// add adds a spelling. A known spelling keeps its unit.
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

// All returns the spellings, in no particular order.
func (s *Spellings) All() iter.Seq[string] { return maps.Keys(s.bySpelling) }

// Parse finds a unit by its spelling in these languages.
func (s *Spellings) Parse(text string) (Unit, bool) {
	known := s.find(text).unit
	if known == nil {
		return Unit{}, false
	}
	return Unit{name: known.name, known: known}, true
}

// One reports whether a word is written out and singular.
func (s *Spellings) One(text string) bool {
	known := s.find(text)
	return known.unit != nil && known.one == fold(text) && len(text) > 2
}

// Longest returns the word count of the longest spelling that begins with a word in lower case
// ("fl" continues with "oz"), or 0 if no spelling of several words does.
func (s *Spellings) Longest(first string) int { return s.longest[first] }

// Form returns a unit word as its writer spelled it, in the form for a quantity, up to upper if not
// nil: "Tasse" becomes "Tassen" for 3, "gousses" becomes "gousse" for 1. Unknown words, and words
// with one form, stay unchanged.
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

// Form is Spellings.Form for all languages, for callers that know only the word.
func Form(word string, quantity float64, upper *float64) string {
	return every.Form(word, quantity, upper)
}

func most(quantity float64, upper *float64) float64 {
	if upper != nil {
		return *upper
	}
	return quantity
}

// withCaseOf writes a form in capitals, or with an initial capital, if the word is.
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

// find looks up a spelling. Points mark abbreviations ("fl. oz.") and are ignored.
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

// fold converts a spelling to the form of the tables.
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
