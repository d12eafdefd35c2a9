package searchindex

import (
	"slices"
	"strings"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// Term is one thing that a query asks for, as alternatives: each is a list of words that all have
// to match the name. "gluten-free" is gluten and free, or glutenfree.
type Term [][]string

// Terms folds a text into a query's terms, distinct and cut to MaxWords. Words for "and" are
// dropped, so that "mac & cheese", "mac and cheese" and "mac und cheese" are the same query; a last
// word stays, since it may be the beginning of another.
func Terms(text string) []Term {
	tokens := wordfold.Tokens(text)
	last := len(tokens) - 1
	for last >= 0 && tokens[last].Word == wordfold.And {
		last--
	}
	var asked []wordfold.Token
	for i, token := range tokens {
		if token.Word != wordfold.And && (len(asked) == 0 || i == last || !isAnd(token.Word)) {
			asked = append(asked, token)
		}
	}
	return bounded(termsOf(asked))
}

func termsOf(tokens []wordfold.Token) []Term {
	var terms []Term
	list := chains(tokens)
	parts := map[string][]string{}
	for _, token := range tokens {
		if words := wholeParts(token); len(words) > 1 {
			parts[token.Word] = words
		}
	}
	for i, chain := range list {
		term := Term{chain}
		if joined := join(chain); joined != "" {
			term = append(term, []string{joined})
		}
		if len(chain) == 1 {
			term = append(term, readings(chain[0], i > 0 && i == len(list)-1)...)
			if words := parts[chain[0]]; words != nil {
				term = append(term, words)
			}
		}
		terms = append(terms, term)
	}
	return terms
}

// readings returns alternative readings of a single word.
func readings(word string, last bool) Term {
	// Arabic writes "and" as the first letter of the next word.
	const waw = "و"
	if rest, ok := strings.CutPrefix(word, waw); ok && utf8.RuneCountInString(rest) >= 3 {
		return Term{{rest}}
	}
	switch {
	case !last:
		return nil
	case isAnd(word) && utf8.RuneCountInString(word) > 1:
		return Term{{andWord}}
	case beginsAnd(word):
		return Term{{andWord[:1]}} // begins andWord
	}
	return nil
}

// ands are the folded words that an ampersand is read as: in English, German, French, Spanish,
// Italian, Dutch, Swedish, Danish, Polish, Catalan, Russian, Ukrainian, Greek, Turkish, Hungarian,
// Arabic; n as in "mac 'n' cheese".
func ands() []string {
	return []string{
		"and", "und", "et", "y", "e", "ed", "en", "och", "og", "oraz", "i", "и", "та", "και", "ve", "es", "و", "n",
	}
}

func isAnd(word string) bool { return slices.Contains(ands(), word) }

func beginsAnd(word string) bool {
	return slices.ContainsFunc(ands(), func(and string) bool { return strings.HasPrefix(and, word) })
}

func bounded(terms []Term) []Term {
	var kept []Term
	seen := map[string]bool{}
	for _, term := range terms {
		key := term.String()
		if seen[key] {
			continue
		}
		if len(kept) == MaxWords {
			break
		}
		seen[key] = true
		kept = append(kept, term)
	}
	return kept
}

// String distinguishes terms.
func (t Term) String() string {
	ways := make([]string, len(t))
	for i, words := range t {
		ways[i] = strings.Join(words, " ")
	}
	return strings.Join(ways, "|")
}
