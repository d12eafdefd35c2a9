package recipe

import (
	"strings"
	"unicode"
)

// isVisible tells whether a text has a character in it that somebody can see. Space, joiners, marks without a letter
// and the letters that fonts draw as nothing can't be seen alone.
func isVisible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !unicode.In(r, unicode.Mn, unicode.Me, unicode.Zs) &&
			!unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) && r != brailleBlank
	})
}

const brailleBlank = '\u2800'

// isDirection tells of the characters that turn the direction of the text that follows them, which may be somebody
// else's: U+202A to U+202E and U+2066 to U+2069. The marks U+200E, U+200F and U+061C don't reach beyond their neighbours.
func isDirection(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) && r != '\u200e' && r != '\u200f' && r != '\u061c'
}

// Undirected takes out of a text what turns the direction of what follows it.
func Undirected(text string) string {
	return strings.Map(func(r rune) rune {
		if isDirection(r) {
			return -1
		}
		return r
	}, text)
}
