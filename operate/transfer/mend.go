package transfer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"larder.dev/events"
	"larder.dev/recipe"
)

// mend returns a recipe as it was before a program misread its file as Windows-1252, and with
// single-line texts on one line. It reports whether that changed anything.
func mend(d recipe.Draft) (recipe.Draft, bool) {
	m := mender{}
	d.Name, d.SourceURL = m.label(d.Name), m.line(d.SourceURL)
	d.Yield, d.Author, d.Language = m.line(d.Yield), m.line(d.Author), m.line(d.Language)
	d.Nutrition.Each(func(_ string, value *string) { *value = m.line(*value) })
	d.Description, d.Notes = m.text(d.Description), m.text(d.Notes)
	d.Tags = mendEach(d.Tags, m.label)
	d.Ingredients = mendEach(d.Ingredients, func(row events.Ingredient) events.Ingredient {
		row.Text, row.Unit, row.Name = m.line(row.Text), m.line(row.Unit), m.line(row.Name)
		row.Note, row.Section = m.line(row.Note), m.line(row.Section)
		return row
	})
	d.Steps = mendEach(d.Steps, func(step events.Step) events.Step {
		return events.Step{Text: m.text(step.Text), Section: m.line(step.Section)}
	})
	return d, m.changed
}

func mendEach[T any](list []T, one func(T) T) []T {
	mended := make([]T, len(list))
	for i, v := range list {
		mended[i] = one(v)
	}
	return mended
}

type mender struct{ changed bool }

func (m *mender) line(s string) string { return m.note(s, recipe.OneLine(mendText(s))) }

// label is a line that names something: text direction marks are stripped.
func (m *mender) label(s string) string { return m.note(s, recipe.Undirected(m.line(s))) }

func (m *mender) text(s string) string { return m.note(s, mendText(s)) }

func (m *mender) note(before, after string) string {
	m.changed = m.changed || before != after
	return after
}

// mendPasses is how often a text is mended: some were garbled more than once.
const mendPasses = 3

// mendText repairs text garbled by Windows-1252: UTF-8 that was read byte by byte ("doesnâ€™t",
// "CrÃ¨me"), and its quotes and dashes read as control characters.
func mendText(s string) string {
	for range mendPasses {
		mended := mendOnce(s)
		if mended == s {
			break
		}
		s = mended
	}
	return s
}

func mendOnce(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return s
	}
	text := []rune(s)
	var mended strings.Builder
	for i := 0; i < len(text); {
		if r, n := misread(text, i); n > 0 {
			mended.WriteRune(r)
			i += n
			continue
		}
		mended.WriteRune(meant(text[i]))
		i++
	}
	return mended.String()
}

// meant returns the quote or dash that a control character stands for in Windows-1252; a few are
// undefined.
func meant(r rune) rune {
	if r < 0x80 || r >= 0xa0 {
		return r
	}
	if mended := charmap.Windows1252.DecodeByte(byte(r)); mended != utf8.RuneError {
		return mended
	}
	return r
}

// misread returns the character whose UTF-8 bytes appear at a position as separate characters, and
// their number; 0 if there is none, or if the text may be intended: "NESCAFÉ®".
func misread(text []rune, at int) (rune, int) {
	r, n := decode(text[at:])
	if n == 0 {
		return closingQuote(text[at:])
	}
	switch first, _ := byteOf(text[at]); {
	case first == 0xc2, first == 0xcc, first == 0xe2, first >= 0xf0: // signs, combining accents, punctuation and fractions, emoji
		return r, n
	case first <= 0xc5: // Latin letters
		if at > 0 && unicode.IsUpper(text[at-1]) && (at+n == len(text) || !unicode.IsLetter(text[at+n])) {
			return 0, 0
		}
		return r, n
	case r == '\ufeff' || (0xfb00 <= r && r <= 0xfb06): // a byte order mark, ligatures
		return r, n
	}
	// Letters of other scripts come in words.
	if next, more := decode(text[at+n:]); more > 0 && unicode.IsLetter(r) && unicode.IsLetter(next) {
		return r, n
	}
	if at >= n {
		if before, back := decode(text[at-n:]); back == n && unicode.IsLetter(before) && unicode.IsLetter(r) {
			return r, n
		}
	}
	return 0, 0
}

// closingQuote handles a quote whose last byte is undefined in Windows-1252, so many programs drop
// it.
func closingQuote(text []rune) (rune, int) {
	if len(text) < 2 || text[0] != 'â' || text[1] != '€' {
		return 0, 0
	}
	if len(text) > 2 {
		if b, ok := byteOf(text[2]); ok && b < 0xc0 {
			return 0, 0
		}
	}
	return '”', 2
}

// decode decodes the bytes that the characters stand for as UTF-8.
func decode(text []rune) (rune, int) {
	if len(text) == 0 {
		return 0, 0
	}
	var bytes [utf8.UTFMax]byte
	n := 0
	for n < len(text) && n < len(bytes) {
		b, ok := byteOf(text[n])
		if !ok || (n > 0 && b >= 0xc0) {
			break
		}
		bytes[n] = b
		n++
	}
	r, size := utf8.DecodeRune(bytes[:n])
	if size < 2 {
		return 0, 0
	}
	return r, size
}

// byteOf returns the byte of a non-ASCII character in Windows-1252, or in Latin 1 if undefined
// there.
func byteOf(r rune) (byte, bool) {
	if r < utf8.RuneSelf {
		return 0, false
	}
	if r <= 0xff {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}
