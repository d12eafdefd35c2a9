package text

import (
	_ "embed"
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

// isLabel reports whether a line is only a label.
func isLabel(key, text string) bool {
	return slices.Contains(labels[key], plain(text))
}

// after returns what follows a label at the beginning of a line, and whether a colon or dash
// separates them.
func after(key, text string) (rest string, parted, ok bool) {
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

// plain returns a label in the form of the table.
func plain(text string) string {
	return strings.ToLower(norm.NFC.String(strings.Trim(text, " \t:=*_#-–—.")))
}
