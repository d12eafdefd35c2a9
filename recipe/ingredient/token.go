package ingredient

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token is made of.
type kind uint8

const (
	word   kind = iota
	number      // digits, with a decimal point or comma, or a fraction sign
	mark        // one rune of anything else
)

// token is a piece of the line. Glued means that no space is before it.
type token struct {
	start, end int
	kind       kind
	glued      bool
}

// maxTokens bounds the work at one line together with maxLine.
const maxTokens = 160

// usualTokens is what nearly all lines have at most. Longer ones cost one more allocation.
const usualTokens = 40

// scan takes a line apart into words, numbers and marks. ok is false where there are more than maxTokens.
func scan(line string, into []token) (tokens []token, ok bool) {
	for at := 0; at < len(line); {
		if line[at] == ' ' {
			at++
			continue
		}
		if len(into) == maxTokens {
			return into, false
		}
		next := token{start: at, glued: at > 0 && line[at-1] != ' '}
		next.kind, next.end = piece(line, at)
		into = append(into, next)
		at = next.end
	}
	return into, true
}

func piece(line string, at int) (kind, int) {
	r, size := utf8.DecodeRuneInString(line[at:])
	switch {
	case isDigit(line[at]):
		return number, digitsEnd(line, at)
	case r == '.' && at+1 < len(line) && isDigit(line[at+1]) && (at == 0 || line[at-1] == ' ' || line[at-1] == '('):
		return number, at + 1 + digits(line[at+1:]) // .5
	case isFractionSign(r):
		return number, at + size
	case isTimes(line, at):
		return word, at + size
	case letter(r):
		return word, wordEnd(line, at)
	default:
		return mark, at + size
	}
}

// isTimes tells of an x between digits: "2x400g".
func isTimes(line string, at int) bool {
	return line[at] == 'x' && at > 0 && isDigit(line[at-1]) && at+1 < len(line) && isDigit(line[at+1])
}

// digitsEnd is the end of a number in digits: "1,5", "1.5", "1,000".
func digitsEnd(line string, at int) int {
	end := at + digits(line[at:])
	if end+1 < len(line) && (line[end] == '.' || line[end] == ',') && isDigit(line[end+1]) {
		end++
		end += digits(line[end:])
	}
	return end
}

// wordEnd is the end of a word with the hyphens, apostrophes and ampersands within it: "all-purpose", "M&M's".
func wordEnd(line string, at int) int {
	if end := compoundEnd(line[at:]); end > 0 {
		return at + end
	}
	for at < len(line) {
		r, size := utf8.DecodeRuneInString(line[at:])
		next := at + size
		if letter(r) || unicode.IsDigit(r) || unicode.IsMark(r) {
			at = next
			continue
		}
		if plural := pluralSign(line[at:]); plural > 0 {
			return at + plural
		}
		joins := r == '-' || r == '\'' || r == '’' || r == '&' || r == '‐'
		follower, _ := utf8.DecodeRuneInString(line[next:])
		if !joins || !letter(follower) {
			break
		}
		at = next
	}
	return at
}

// compoundEnd is where the food ends in a German word of a food and its unit: "Knoblauchzehen". 0 in any other word.
func compoundEnd(text string) int {
	for _, food := range compounds {
		if len(text) > len(food) && strings.EqualFold(text[:len(food)], food) &&
			(strings.HasPrefix(text[len(food):], "zehe") || strings.HasPrefix(text[len(food):], "stange")) {
			return len(food)
		}
	}
	return 0
}

var compounds = []string{"knoblauch", "sellerie", "zimt"} //nolint:gochecknoglobals // a table

// pluralSign is how long the ending in parentheses is that a text begins with: "clove(s)", "Zwiebel(n)".
func pluralSign(text string) int {
	if text[0] != '(' {
		return 0
	}
	for _, sign := range pluralSigns {
		if strings.HasPrefix(text, sign) {
			return len(sign)
		}
	}
	return 0
}

var pluralSigns = []string{"(s)", "(n)", "(en)", "(er)", "(e)", "(es)"} //nolint:gochecknoglobals // a table

// singular is a word without such an ending.
func singular(word string) string {
	if !strings.HasSuffix(word, ")") {
		return word
	}
	return word[:strings.LastIndexByte(word, '(')]
}

// letter is one of a word; fraction signs are numbers, and Unicode counts none of them as letters.
func letter(r rune) bool { return unicode.IsLetter(r) }

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// lower gives the line in lower case with every byte where it was, so that tokens are places in both.
func lower(line string) string {
	folded := strings.ToLower(line)
	if len(folded) == len(line) {
		return folded
	}
	return strings.Map(func(r rune) rune {
		if small := unicode.ToLower(r); utf8.RuneLen(small) == utf8.RuneLen(r) {
			return small
		}
		return r
	}, line)
}
