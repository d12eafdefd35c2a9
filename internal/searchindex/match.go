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
	TierTypo   = 3 // some query word only resembles a name word or its beginning
	TierPart   = 4 // some query word only begins the second part of a word of the name
)

const (
	// Shorter words match only without typos: "pie" is worth a typo, "up" would find everything.
	minTypoLetters = 3
	// An unfinished word needs more letters: "pie" as a prefix with one typo would find pizza.
	minOpenTypoLetters = 4
	// maxOpenTypoLetters bounds the patterns that an engine derives from a word.
	maxOpenTypoLetters = 32
)

// Match ranks a name against a query's terms. Each term has to match, anywhere; the worst one
// decides the tier. No terms match every name, in TierExact.
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

// matchAll returns the worst word's tier, 0 if one matches nothing.
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

// matchAny returns a query word's best tier over the name's words, 0 for none.
func matchAny(word string, nameWords []string) int {
	best := 0
	for _, candidate := range nameWords {
		if tier, ok := MatchWord(word, candidate); ok {
			best = better(best, tier)
		}
	}
	return best
}

// better returns the better (lower) of two tiers, of which 0 is none.
func better(a, b int) int {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// MatchWord ranks one folded word of a name against one folded word of a query. A typo is one
// letter too many, too few or wrong, or two neighbours swapped; it never is the first letter, and a
// word with a digit allows none. A query word of 3 to 5 letters may have one typo, a longer one
// two. If it has 4 letters or more and is only the beginning of a word, it may have one, but not in
// its last letter: that would be a different beginning.
//
// To match, a candidate has to begin with Stem(query), or one of its Tails with the query.
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

// Stem returns the prefix shared by all words that the query word matches in a tier before
// TierPart: the first letter if a typo is allowed, else all of it. An index with a sorted
// dictionary can skip other words.
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

// Typos returns how many typos MatchWord allows in a folded query word.
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

// OpenTypos reports whether MatchWord allows a typo in the query word when it is only the beginning
// of a word.
func OpenTypos(query string) bool {
	letters := utf8.RuneCountInString(query)
	return minOpenTypoLetters <= letters && letters <= maxOpenTypoLetters && Typos(query) > 0
}

// beginsLike reports whether the word begins with the query except for one typo before the query's
// last letter.
func beginsLike(query, word string) bool {
	if !OpenTypos(query) || !strings.HasPrefix(word, Stem(query)) {
		return false
	}
	q, w := []rune(query), []rune(word)
	same := 0
	for same < len(q) && same < len(w) && q[same] == w[same] {
		same++
	}
	// Any position up to the first difference may be the typo's: in a run of the same letter, any
	// one may be the extra.
	for i := 1; i <= same && i < len(q); i++ {
		if hasTypoAt(q, w, i) {
			return true
		}
	}
	return false
}

// hasTypoAt reports whether w, which equals q up to i, begins with q except for a typo at i.
func hasTypoAt(q, w []rune, i int) bool {
	last := len(q) - 1
	switch {
	case i < len(w) && hasPrefix(w[i+1:], q[i:]): // a letter too few
		return true
	case i == last:
		return false
	case hasPrefix(w[i:], q[i+1:]): // too many
		return true
	case i < len(w) && hasPrefix(w[i+1:], q[i+1:]): // a wrong letter
		return true
	}
	return i+2 <= len(w) && w[i] == q[i+1] && w[i+1] == q[i] && hasPrefix(w[i+2:], q[i+2:])
}

func hasPrefix(w, beginning []rune) bool {
	return len(w) >= len(beginning) && slices.Equal(w[:len(beginning)], beginning)
}

// isPart reports whether the query begins a part of the word other than its first.
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

// AsksForPart reports whether MatchWord also matches the query word within words.
func AsksForPart(query string) bool {
	first, _ := utf8.DecodeRuneInString(query)
	return utf8.RuneCountInString(query) >= partLetters(first) && !hasDigit(query)
}

// partLetters is the minimum length of a word's second part, by its first letter; headLetters that
// of what precedes it.
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

// isDense reports whether few such letters make a word: those of Hebrew, Arabic and later Unicode
// scripts.
func isDense(r rune) bool { return r >= 0x0590 }

// distance is the number of letters to insert, delete, replace or swap with a neighbour to get from
// a to b, touching no letter twice (optimal string alignment).
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
