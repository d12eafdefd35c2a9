package searchindex

import (
	"iter"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// andWord represents an ampersand among a name's words. Words contain no ampersand, so only a query
// for "and" finds it.
const andWord = "&&"

// maxChain bounds the parts of a word that are also indexed joined: otherwise "a-b-c-…" with two
// hundred letters would fill the index.
const maxChain = 8

// NameWords returns the words that queries are compared with: the name's words, each joined word
// also as one ("gluten-free": gluten, free and glutenfree), the parts of "po'boy", and andWord for
// an ampersand. An index stores exactly these.
func NameWords(name string) []string {
	tokens := wordfold.Tokens(name)
	words := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if token.Word == wordfold.And {
			words = append(words, andWord)
			continue
		}
		words = append(words, token.Word)
		words = append(words, wholeParts(token)...)
	}
	for _, chain := range chains(tokens) {
		// From each part to the end: "nawl" begins "n'awlins-style".
		for i := range len(chain) - 1 {
			words = appendJoined(words, chain[i:])
		}
	}
	return words
}

// wholeParts returns the parts of a word with apostrophes that are words themselves: po and boy;
// grandma, but not s.
func wholeParts(token wordfold.Token) []string {
	var words []string
	for _, part := range token.Parts {
		if utf8.RuneCountInString(part) > 1 {
			words = append(words, part)
		}
	}
	return words
}

func appendJoined(words []string, parts []string) []string {
	if joined := join(parts); joined != "" {
		words = append(words, joined)
	}
	return words
}

// chains returns a text's words, grouping joined ones.
func chains(tokens []wordfold.Token) [][]string {
	var list [][]string
	for _, token := range tokens {
		switch {
		case token.Word == wordfold.And:
		case token.Joined:
			last := len(list) - 1
			list[last] = append(list[last], token.Word)
		default:
			list = append(list, []string{token.Word})
		}
	}
	return list
}

// join joins the parts, or returns "" if they don't form a word: "1.5" isn't 15.
func join(parts []string) string {
	if len(parts) < 2 || len(parts) > maxChain {
		return ""
	}
	joined, letters := "", false
	for _, part := range parts {
		joined += part
		letters = letters || !hasDigit(part)
	}
	if !letters {
		return ""
	}
	return joined
}

// maxTailLetters bounds the words whose second part is considered.
const maxTailLetters = 64

// Tails returns the suffixes of a name's word that a TierPart query word can begin. An index stores
// them beside the words.
func Tails(word string) []string {
	var tails []string
	for at := range tailStarts(word) {
		tails = append(tails, word[at:])
	}
	return tails
}

// tailStarts yields the offsets of a word's tails.
func tailStarts(word string) iter.Seq[int] {
	return func(yield func(int) bool) {
		left := utf8.RuneCountInString(word)
		if left > maxTailLetters {
			return
		}
		before := 0
		for at, r := range word {
			if before >= headLetters(r) && left >= partLetters(r) && !yield(at) {
				return
			}
			before++
			left--
		}
	}
}
