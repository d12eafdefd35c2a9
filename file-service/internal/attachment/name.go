// Package attachment has the rules for files on recipes: names, types and limits. It is pure.
package attachment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits, as stated in openapi.yaml's answers.
const (
	// DefaultMaxSize is the default size limit of a file, in bytes.
	DefaultMaxSize = 100 << 20
	// MaxFiles limits the files of one recipe, because each event carries them all.
	MaxFiles = 100
	// MaxRecipe limits a recipe with its files as JSON, in bytes. NATS accepts 1 MiB including
	// headers, and an event that can't be published would block all later ones.
	MaxRecipe = 960 << 10

	maxName = 200 // bytes; every file system accepts that
	noName  = "file"
)

// CleanName returns a file name as stored: in its own language and script, without a folder, and
// without characters that make a listing or a header misleading.
func CleanName(given string) string {
	name := norm.NFC.String(strings.ToValidUTF8(given, ""))
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.Map(func(r rune) rune {
		// Cf has the bidirectional controls, which make gpj.exe read as exe.jpg. But joiners are
		// needed by several scripts and by emoji.
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d' {
			return -1
		}
		return r
	}, name)
	name = shorten(strings.TrimSpace(name))
	if strings.Trim(name, ". ") == "" {
		return noName
	}
	return name
}

// shorten keeps the extension, which tells people and programs what a file is.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	ending := ""
	if at := strings.LastIndexByte(name, '.'); at > 0 && len(name)-at <= 20 {
		ending = name[at:]
	}
	stem := name[:maxName-len(ending)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ending
}
