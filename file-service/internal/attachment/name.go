// Package attachment holds the rules of what may be put on a recipe: names, types and limits. It is pure.
package attachment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Limits, which openapi.yaml's answers state.
const (
	// DefaultMaxSize bounds a file, in bytes, where nothing else is configured.
	DefaultMaxSize = 100 << 20
	// MaxFiles bounds the files of one recipe. Each event carries them all.
	MaxFiles = 100
	// MaxRecipe bounds the recipe with its files as JSON, in bytes. NATS takes 1 MiB with the headers, and an
	// event that can't be published would hold up all that come after it.
	MaxRecipe = 960 << 10

	maxName = 200 // bytes, which every file system takes
	noName  = "file"
)

// CleanName gives the name of a file as it is kept: in its own language and script, without a folder, and
// without what would make a listing or a header say something else than it shows.
func CleanName(given string) string {
	name := norm.NFC.String(strings.ToValidUTF8(given, ""))
	if at := strings.LastIndexAny(name, `/\`); at >= 0 {
		name = name[at+1:]
	}
	name = strings.Map(func(r rune) rune {
		// Cf holds the marks that turn the direction of writing: gpj.exe can be made to read exe.jpg. The
		// joiners are letters of several scripts and of emoji.
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

// shorten keeps the ending, by which a person and a program know what a file is.
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
