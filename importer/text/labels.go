package text

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

//go:embed labels.txt
var labelTable string

// labels maps each key to its words, the longest first.
var labels = readLabels(labelTable) //nolint:gochecknoglobals // a constant

func readLabels(table string) map[string][]string {
	all := map[string][]string{}
	for line := range strings.Lines(table) {
		key, words, ok := strings.Cut(line, ":")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		for word := range strings.SplitSeq(words, ",") {
			all[key] = append(all[key], strings.TrimSpace(word))
		}
	}
	for _, words := range all {
		slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	}
	return all
}

// isLabel reports whether a line is only a label, perhaps with an article or "step by step".
func isLabel(key, text string) bool {
	text = plain(text)
	return slices.Contains(labels[key], text) || slices.Contains(labels[key], around.ReplaceAllString(text, ""))
}

// around matches the words around a label that say nothing more.
var around = regexp.MustCompile(`^(?:the|die|das|der|les|la|le|l'|gli|il|los|las|el|de|het|recipe)\s+|` +
	`\s+(?:step by step|step-by-step|schritt für schritt|pas à pas|étape par étape|passo passo|passo dopo passo|paso a paso|` +
	`stap voor stap|steg för steg)$`)

// after returns what follows a label at the beginning of a line, and whether a colon or dash
// separates them.
func after(key, text string) (rest string, parted, ok bool) {
	text = article.ReplaceAllString(text, "")
	lower := strings.ToLower(norm.NFC.String(text))
	if len(lower) != len(text) {
		return "", false, false // lower case changes a letter's length: no label has such a letter
	}
	for _, word := range labels[key] {
		remainder, begins := strings.CutPrefix(lower, word)
		if next, _ := utf8.DecodeRuneInString(remainder); !begins || unicode.IsLetter(next) || next == '\'' {
			continue
		}
		rest = text[len(word):]
		trimmed := strings.TrimLeft(rest, " \t")
		cut := strings.TrimLeft(trimmed, ":=–—-* ")
		return strings.TrimSpace(cut), cut != trimmed, true
	}
	return "", false, false
}

// article matches what precedes a label with a value: "Les ingrédients pour 4 personnes".
var article = regexp.MustCompile(`(?i)^(?:the|die|les|gli|los|de)\s+`)

// plain returns a label in the form of the table.
func plain(text string) string {
	text = strings.ReplaceAll(text, "’", "'")
	return strings.ToLower(norm.NFC.String(strings.Trim(text, " \t:=*_#-–—.")))
}
