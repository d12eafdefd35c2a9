package searchindex

import (
	"iter"
	"unicode/utf8"

	"larder.dev/internal/wordfold"
)

// andWord is what stands for an ampersand among the words of a name. Words hold
// no ampersand, so that only a query that asks for "and" finds it.
const andWord = "&&"

// maxChain bounds the parts of a word that is also looked for as one: "a-b-c-…"
// as a name of two hundred letters would fill the index.
const maxChain = 8

// NameWords returns what the words of a query are compared with: the words of
// the name, each joined word as one besides ("gluten-free": gluten, free and
// glutenfree), the parts of "po'boy", and andWord for an ampersand. An index keeps these and no others.
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

// wholeParts returns the parts of a word with apostrophes that are words by
// themselves: po and boy, grandma and no s.
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

// chains returns the words of a text, those together that are joined.
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

// join writes the parts as one word, "" where that would be none: "1.5" is not
// 15.
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

// maxTailLetters bounds the words that are looked at for their second part.
const maxTailLetters = 64

// Tails returns the ends of a word of a name that a query word in TierPart
// begins with. An index keeps them beside the words.
func Tails(word string) []string {
	var tails []string
	for at := range tailStarts(word) {
		tails = append(tails, word[at:])
	}
	return tails
}

// tailStarts gives where the tails of a word begin.
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
