package found

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastWord is the least length of a word that is compared, in characters.
const leastWord = 3

// ending is how many characters an inflected word may differ in at its end.
const ending = 2

// Vocabulary is the words of a text, compared without their endings: its "eggs" include "egg".
type Vocabulary map[string]bool

// VocabularyOf returns the words of texts.
func VocabularyOf(texts ...string) Vocabulary {
	v := Vocabulary{}
	for _, text := range texts {
		for word := range words(text) {
			for _, stem := range stems(word) {
				v[stem] = true
			}
		}
	}
	return v
}

// Mentions reports whether one of the words of a text is in the vocabulary. The steps of a recipe
// mention its ingredients; that is how they are told from other lists.
func (v Vocabulary) Mentions(text string) bool {
	for word := range words(text) {
		for _, stem := range stems(word) {
			if v[stem] {
				return true
			}
		}
	}
	return false
}

// stems returns a word with and without what may be its ending.
func stems(word string) []string {
	all := []string{word}
	for cut, n := word, utf8.RuneCountInString(word); n > leastWord+1 && len(all) <= ending; n-- {
		_, size := utf8.DecodeLastRuneInString(cut)
		cut = cut[:len(cut)-size]
		all = append(all, cut)
	}
	return all
}

// words iterates over the words of a text that say something.
func words(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for word := range strings.FieldsFuncSeq(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
			if utf8.RuneCountInString(word) >= leastWord && !joining[word] && !yield(word) {
				return
			}
		}
	}
}

// joining are short words that any two texts have in common.
var joining = set("and the for with from your but not all can are its " + //nolint:gochecknoglobals // a constant
	"und oder mit für der die das den dem des ein eine von zum zur " +
	"les des une pour avec dans sur par con per del della nel una uno los las para por sin " +
	"het een van voor met och med till den ett som")

func set(text string) map[string]bool {
	all := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		all[word] = true
	}
	return all
}
