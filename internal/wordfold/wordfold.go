// Package wordfold normalises text to the form in which words are compared and sorted: without
// case, accents, punctuation or typographic variants. Every index and every query folds with this
// package, so that queries always match the index.
//
// Changing the folding requires rebuilding every index that holds folded text.
package wordfold

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// MaxKeyBytes bounds what Key returns. A sort key is part of cursors, and a cursor is part of a
// URL.
const MaxKeyBytes = 256

// And is an ampersand's token. It is not a word: the language it is read in is unknown.
const And = "&"

// Token is a word of a text, or And.
type Token struct {
	Word string
	// Parts are the word's parts joined by apostrophes, nil if there are none: "po'boy" may also be
	// written as two words.
	Parts []string
	// Joined is true if exactly one hyphen, apostrophe, point or ampersand, and no space, separates
	// the word from the previous one: the two may also be written as one.
	Joined bool
}

// Words returns a text's words, folded, in order and with repetitions. Words are defined by UAX
// #29, with these differences: punctuation within a word splits it ("U.S.A" gives u, s, a), an
// apostrophe joins ("grandma's" gives grandmas) unless it marks an elision before a vowel
// ("l'oignon" gives l, oignon), and pictographs are words. The result contains only letters,
// numbers, the marks that scripts require, and pictographs; it is nil for a text without words.
func Words(text string) []string {
	var words []string
	for _, token := range Tokens(text) {
		if token.Word != And {
			words = append(words, token.Word)
		}
	}
	return words
}

// Tokens returns a text's words as Words does, with its ampersands between them, and which of them
// are joined.
func Tokens(text string) []Token {
	s := scanner{gap: gapWide}
	if isASCII(text) {
		// A fast path for ASCII, as most names are: several times faster, same result.
		s.scan(strings.ReplaceAll(strings.ToLower(text), "`", "'"))
		return s.tokens
	}
	rest, state := fold(text), -1
	for rest != "" {
		var segment string
		segment, rest, state = uniseg.FirstWordInString(rest, state)
		s.scan(segment)
	}
	return s.tokens
}

// Key returns a text's sort key: its words with single spaces between them, cut after a whole
// character to at most MaxKeyBytes bytes. Texts with the same words have the same key, and a text
// without words has the key "". Keys sort bytewise.
func Key(text string) string {
	return cut(strings.Join(Words(text), " "), MaxKeyBytes)
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// gap is what separates a word from the previous one.
type gap int

const (
	gapNone   gap = iota // nothing
	gapJoiner            // one joining character
	gapWide              // anything else
)

// scanner collects the tokens of successive segments.
type scanner struct {
	tokens []Token
	word   strings.Builder
	parts  []int // offsets where the word continues after an apostrophe
	gap    gap
}

// scan splits one folded UAX #29 segment at everything that doesn't belong in a word.
func (s *scanner) scan(segment string) {
	for i, r := range segment {
		switch {
		case s.word.Len() == 0 && unicode.IsMark(r):
			// A mark without a preceding letter would join whatever ends up before it.
		case isWordRune(r):
			s.word.WriteRune(r)
		case joins(r, s.word.String(), segment[i+utf8.RuneLen(r):]):
			// Continue the word as if the character weren't there.
			if r == '\'' {
				s.parts = append(s.parts, s.word.Len())
			}
		default:
			s.flush()
			s.part(r)
		}
	}
	s.flush()
}

func (s *scanner) flush() {
	if s.word.Len() == 0 {
		return
	}
	token := Token{Word: s.word.String(), Joined: s.gap == gapJoiner}
	if len(s.parts) > 0 {
		begin := 0
		for _, end := range append(s.parts, len(token.Word)) {
			token.Parts = append(token.Parts, token.Word[begin:end])
			begin = end
		}
	}
	s.tokens = append(s.tokens, token)
	s.word.Reset()
	s.parts, s.gap = s.parts[:0], gapNone
}

// part handles a character between words.
func (s *scanner) part(r rune) {
	if r == '&' {
		s.tokens = append(s.tokens, Token{Word: And})
	}
	if s.gap == gapNone && isJoiner(r) {
		s.gap = gapJoiner
		return
	}
	s.gap = gapWide
}

// isJoiner reports characters around which a word may be written as one or two: gluten-free and
// glutenfree, N'awlins and Nawlins, B.L.T. and BLT.
func isJoiner(r rune) bool {
	switch r {
	case '-', '\u2010', '\u2013', '\'', '.', '&', '・':
		return true
	}
	return false
}

// joins reports whether a character between two parts keeps them one word.
func joins(r rune, before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	if !unicode.IsLetter(next) || !unicode.In(last, unicode.L, unicode.M) {
		return false
	}
	switch r {
	case '·': // Catalan: col·lecció
		return true
	case '\'':
		return !isElision(before, next)
	}
	return false
}

// isElision reports whether an apostrophe after a word and before a letter
// stands for a vowel, as in French, Italian and Catalan. Nobody searches for
// "loignon".
func isElision(before string, next rune) bool {
	if !strings.ContainsRune("aeiouyh", next) {
		return false
	}
	switch before {
	case "c", "d", "j", "l", "m", "n", "s", "t", "v",
		"qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "entr",
		"all", "dall", "dell", "nell", "sull", "coll", "un",
		"bell", "quell", "quest", "sant", "mezz", "buon", "tutt":
		return true
	}
	return false
}

// isWordRune reports whether a folded character belongs in a word.
func isWordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.N, unicode.M) && !isVariationSelector(r) || isPictograph(r)
}

// isPictograph excludes symbols written beside words rather than instead of them, such as ° and ©:
// "350° oven" and "350 oven" have to find each other.
func isPictograph(r rune) bool {
	return r >= 0x2300 && r != utf8.RuneError && unicode.Is(unicode.So, r)
}

// isVariationSelector reports marks that only select between two glyphs of the same character.
func isVariationSelector(r rune) bool { return unicode.Is(unicode.Variation_Selector, r) }

// fold removes case, accents and variants, and keeps everything that separates words. Composing at
// the end keeps Hangul and marked kana as single characters, so that a typo counts as one.
func fold(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range norm.NFKD.String(rewrite(text)) {
		foldRune(&b, r)
	}
	// Lower-casing can produce characters that decompose further.
	decomposed := norm.NFKD.String(b.String())
	b.Reset()
	for _, r := range decomposed {
		foldRune(&b, r)
	}
	return norm.NFC.String(b.String())
}

func foldRune(b *strings.Builder, r rune) {
	if isAccent(r) {
		return
	}
	if s := spelled(r); s != "" {
		b.WriteString(s)
		return
	}
	b.WriteRune(unicode.ToLower(r))
}

// spelled returns the usual keyboard spelling of letters that normalisation doesn't decompose, one
// apostrophe for all its variants, and "" for every other character.
func spelled(r rune) string {
	switch r {
	case 'ß', 'ẞ':
		return "ss"
	case 'ø', 'Ø', 'ɔ', 'Ɔ':
		return "o"
	case 'æ', 'Æ':
		return "ae"
	case 'œ', 'Œ':
		return "oe"
	case 'ł', 'Ł':
		return "l"
	case 'đ', 'Đ', 'ð', 'Ð', 'ɗ', 'Ɗ':
		return "d"
	case 'þ', 'Þ':
		return "th"
	case 'ħ', 'Ħ':
		return "h"
	case 'ı':
		return "i"
	case 'ŋ', 'Ŋ':
		return "ng"
	case 'ŧ', 'Ŧ':
		return "t"
	case 'ĸ', 'ƙ', 'Ƙ':
		return "k"
	case 'ɓ', 'Ɓ':
		return "b"
	case 'ɛ', 'Ɛ', 'ə', 'Ə':
		return "e"
	case 'ς':
		return "σ"
	case '’', '‘', '‛', 'ʼ', 'ʻ', 'ʽ', 'ʾ', 'ʿ', 'ˈ', 'ʹ', '′', '‵', '`', 'ꞌ', '՚', '׳':
		return "'"
	case '‧':
		return "·"
	}
	return ""
}

// isAccent reports marks that a word stays readable without: the accents of European scripts and
// the vowel points of Hebrew and Arabic. Vowel signs of Indian scripts and kana marks stay; without
// them different words would be the same.
func isAccent(r rune) bool {
	switch {
	case r < 0x0300:
		return r == 0x00AD // soft hyphen
	case r <= 0x036F, // combining accents
		0x0483 <= r && r <= 0x0487,                                          // Cyrillic
		0x0591 <= r && r <= 0x05C7,                                          // Hebrew points
		0x0610 <= r && r <= 0x061A, 0x064B <= r && r <= 0x065F, r == 0x0670, // Arabic vowels
		0x06D6 <= r && r <= 0x06ED, r == 0x0640, // Arabic: annotations, elongation
		0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF, // combining accents, extended
		0x20D0 <= r && r <= 0x20FF, 0xFE20 <= r && r <= 0xFE2F: // for symbols; halves
		return unicode.IsMark(r) || r == 0x0640
	}
	return r == 0x200B || r == 0x2060 || r == 0xFEFF // zero-width spaces
}

// rewrite replaces what decomposing would spoil: it keeps "1½" from becoming 11⁄2, "Ball™" from
// becoming balltm, and an acute accent used as an apostrophe from becoming a space.
func rewrite(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return isFraction(r) || isTradeSign(r) || r == '´' }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '´':
			r = '\''
		case isTradeSign(r):
			r = ' '
		case isFraction(r):
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isTradeSign reports marks of a name's legal status, which aren't part of it.
func isTradeSign(r rune) bool {
	switch r {
	case '™', '℠', '®', '©', '℗', 'Ⓡ', 'ⓡ', 'Ⓒ', 'ⓒ':
		return true
	}
	return false
}

func isFraction(r rune) bool {
	return 0x00BC <= r && r <= 0x00BE || 0x2150 <= r && r <= 0x215F || r == 0x2189
}
