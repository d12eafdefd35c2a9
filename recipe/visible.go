package recipe

import (
	"strings"
	"unicode"
)

// isVisible reports whether a text has a visible character. Space, joiners, marks without a letter,
// and letters that fonts leave blank are invisible on their own.
func isVisible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Zs) &&
			!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && r != brailleBlank
	})
}

const brailleBlank = '\u2800'

// isDirection reports whether a character changes the direction of the text after it, which may be
// someone else's: U+202A to U+202E and U+2066 to U+2069. The marks U+200E, U+200F and U+061C affect
// only their neighbours.
func isDirection(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c'
}

// Undirected removes the characters that change the direction of the text after them.
func Undirected(text string) string {
	return strings.Map(func(r rune) rune {
		if isDirection(r) {
			return -1
		}
		return r
	}, text)
}
