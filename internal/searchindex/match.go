package searchindex

import (
	"strings"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// Tiers of a match; a lower one comes first.
const (
	TierExact  = 1 // every query word is a word of the name
	TierPrefix = 2 // every query word is a word of the name or begins one
	TierTypo   = 3 // some query word only resembles a word of the name
)

// Words of fewer letters match without typos only: "pie" is worth a typo, "up"
// would find everything.
const minTypoLetters = 3

// Match ranks a name against the folded words of a query. Each query word has
// to match some word of the name, whatever its place; the worst of the words
// decides the tier. No words match every name, in TierExact.
func Match(words []string, name string) (tier int, ok bool) {
	if len(words) == 0 {
		return TierExact, true
	}
	return matchAll(words, wordfold.Words(name))
}

func matchAll(words, nameWords []string) (tier int, ok bool) {
	tier = TierExact
	for _, word := range words {
		best := matchAny(word, nameWords)
		if best == 0 {
			return 0, false
		}
		tier = max(tier, best)
	}
	return tier, true
}

// matchAny returns the best tier of a query word over the words of a name, 0
// for none.
func matchAny(word string, nameWords []string) int {
	best := 0
	for _, candidate := range nameWords {
		tier, ok := MatchWord(word, candidate)
		if ok && (best == 0 || tier < best) {
			best = tier
		}
	}
	return best
}

// MatchWord ranks one folded word of a name against one folded word of a
// query. A typo is a letter too many, too few, another, or two neighbours
// exchanged; it never is the first letter. A query word of 3 to 5 letters may
// have one typo, a longer one two.
//
// A candidate has to begin with Stem(query) to match.
func MatchWord(query, word string) (tier int, ok bool) {
	switch {
	case query == word:
		return TierExact, true
	case strings.HasPrefix(word, query):
		return TierPrefix, true
	case resembles(query, word):
		return TierTypo, true
	}
	return 0, false
}

// Stem returns the beginning that every word has that matches the query word:
// the first letter where a typo is allowed, else all of it. An index with a
// sorted dictionary need not look at other words.
func Stem(query string) string {
	if utf8.RuneCountInString(query) < minTypoLetters {
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
	case letters < minTypoLetters:
		return 0
	case letters <= 5:
		return 1
	}
	return 2
}

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
