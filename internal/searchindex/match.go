package searchindex

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Tiers of a match; a lower one comes first.
const (
	TierExact  = 1 // every query word is a word of the name
	TierPrefix = 2 // every query word is a word of the name or begins one
	TierTypo   = 3 // some query word only resembles a word of the name, or the beginning of one
	TierPart   = 4 // some query word only begins the second part of a word of the name
)

const (
	// Words of fewer letters match without typos only: "pie" is worth a typo,
	// "up" would find everything.
	minTypoLetters = 3
	// A word that isn't finished needs more: one typo in "pie" as the beginning
	// of a word finds pizza.
	minOpenTypoLetters = 4
	// maxOpenTypoLetters bounds the patterns that an engine makes of a word.
	maxOpenTypoLetters = 32
)

// Match ranks a name against the terms of a query. Each term has to match,
// whatever its place; the worst of the terms decides the tier. No terms match
// every name, in TierExact.
func Match(terms []Term, name string) (tier int, ok bool) {
	if len(terms) == 0 {
		return TierExact, true
	}
	return matchTerms(terms, NameWords(name))
}

func matchTerms(terms []Term, nameWords []string) (tier int, ok bool) {
	tier = TierExact
	for _, term := range terms {
		best := 0
		for _, words := range term {
			best = better(best, matchAll(words, nameWords))
		}
		if best == 0 {
			return 0, false
		}
		tier = max(tier, best)
	}
	return tier, true
}

// matchAll returns the tier of the worst of the words, 0 if one matches nothing.
func matchAll(words, nameWords []string) int {
	tier := TierExact
	for _, word := range words {
		best := matchAny(word, nameWords)
		if best == 0 {
			return 0
		}
		tier = max(tier, best)
	}
	return tier
}

// matchAny returns the best tier of a query word over the words of a name, 0
// for none.
func matchAny(word string, nameWords []string) int {
	best := 0
	for _, candidate := range nameWords {
		if tier, ok := MatchWord(word, candidate); ok {
			best = better(best, tier)
		}
	}
	return best
}

// better returns the lower of two tiers, of which 0 is none.
func better(a, b int) int {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// MatchWord ranks one folded word of a name against one folded word of a
// query. A typo is a letter too many, too few, another, or two neighbours
// exchanged; it never is the first letter, and a word with a digit has none.
// A query word of 3 to 5 letters may have one typo, a longer one two. One of 4
// letters or more that is only the beginning of a word may have one, which isn't
// its last letter: that would be another beginning.
//
// A candidate has to begin with Stem(query) to match, or one of its Tails has
// to begin with the query.
func MatchWord(query, word string) (tier int, ok bool) {
	switch {
	case query == word:
		return TierExact, true
	case strings.HasPrefix(word, query):
		return TierPrefix, true
	case resembles(query, word) || beginsLike(query, word):
		return TierTypo, true
	case isPart(query, word):
		return TierPart, true
	}
	return 0, false
}

// Stem returns the beginning that every word has that matches the query word
// before TierPart: the first letter where a typo is allowed, else all of it. An
// index with a sorted dictionary need not look at other words.
func Stem(query string) string {
	if Typos(query) == 0 {
		return query
	}
	_, size := utf8.DecodeRuneInString(query)
	return query[:size]
}

func resembles(query, word string) bool {
	typos := Typos(query)
	if typos == 0 || !strings.HasPrefix(word, Stem(query)) {
		return false
	}
	difference := utf8.RuneCountInString(query) - utf8.RuneCountInString(word)
	if max(difference, -difference) > typos {
		return false
	}
	return distance([]rune(query), []rune(word)) <= typos
}

// Typos returns how many typos MatchWord forgives in a folded word of a query.
func Typos(query string) int {
	switch letters := utf8.RuneCountInString(query); {
	case letters < minTypoLetters, hasDigit(query):
		return 0
	case letters <= 5:
		return 1
	}
	return 2
}

func hasDigit(word string) bool { return strings.ContainsFunc(word, unicode.IsNumber) }

// OpenTypos reports whether MatchWord forgives a typo in the query word where
// it is only the beginning of a word.
func OpenTypos(query string) bool {
	letters := utf8.RuneCountInString(query)
	return minOpenTypoLetters <= letters && letters <= maxOpenTypoLetters && Typos(query) > 0
}

// beginsLike reports whether the word begins with the query but for one typo
// before the last letter of the query.
func beginsLike(query, word string) bool {
	if !OpenTypos(query) || !strings.HasPrefix(word, Stem(query)) {
		return false
	}
	q, w := []rune(query), []rune(word)
	same := 0
	for same < len(q) && same < len(w) && q[same] == w[same] {
		same++
	}
	// What is the same up to a place before the first difference may have its typo there: in a row of the same letters it
	// makes no difference which one is too many.
	for i := 1; i <= same && i < len(q); i++ {
		if hasTypoAt(q, w, i) {
			return true
		}
	}
	return false
}

// hasTypoAt reports whether w, which is the same up to there, begins with q but
// for a typo at i.
func hasTypoAt(q, w []rune, i int) bool {
	last := len(q) - 1
	switch {
	case i < len(w) && hasPrefix(w[i+1:], q[i:]): // a letter too few
		return true
	case i == last:
		return false
	case hasPrefix(w[i:], q[i+1:]): // too many
		return true
	case i < len(w) && hasPrefix(w[i+1:], q[i+1:]): // another
		return true
	}
	return i+2 <= len(w) && w[i] == q[i+1] && w[i+1] == q[i] && hasPrefix(w[i+2:], q[i+2:])
}

func hasPrefix(w, beginning []rune) bool {
	return len(w) >= len(beginning) && slices.Equal(w[:len(beginning)], beginning)
}

// isPart reports whether the query begins a part of the word behind its first.
func isPart(query, word string) bool {
	if !AsksForPart(query) {
		return false
	}
	for at := range tailStarts(word) {
		if strings.HasPrefix(word[at:], query) {
			return true
		}
	}
	return false
}

// AsksForPart reports whether MatchWord finds the query word within a word.
func AsksForPart(query string) bool {
	first, _ := utf8.DecodeRuneInString(query)
	return utf8.RuneCountInString(query) >= partLetters(first) && !hasDigit(query)
}

// partLetters is how many letters the second part of a word has at least, by
// its first letter, and headLetters how many are before it.
func partLetters(first rune) int {
	if isDense(first) {
		return 2
	}
	return 4
}

func headLetters(first rune) int {
	if isDense(first) {
		return 1
	}
	return 2
}

// isDense tells the letters of which few make a word: those of Hebrew, Arabic
// and what comes behind them in Unicode.
func isDense(r rune) bool { return r >= 0x0590 }

// distance is the number of letters to insert, delete, replace or exchange
// with a neighbour to get from a to b, no letter touched twice (optimal string
// alignment).
func distance(a, b []rune) int {
	before := make([]int, len(b)+1)
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range a {
		row[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			row[j+1] = min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
