package found

import (
	"html"
	"regexp"
	"strings"
	"unicode"
)

var (
	markup = regexp.MustCompile(`(?s)<!--.*?-->|</?[a-zA-Z][^<>]*>`)
	// breaks matches the elements that begin a new line.
	breaks = regexp.MustCompile(`(?i)^</?(br|p|div|li|ul|ol|tr|td|table|h[1-6]|section|blockquote|hr)\b`)
	raised = regexp.MustCompile(`(?i)^<sup\b`)
)

// unescapings is how often references are resolved: some programs write "&amp;amp;".
const unescapings = 3

// Line returns a page's text as one line: references resolved, markup removed, white space as
// single spaces.
func Line(text string) string {
	return strings.Join(strings.Fields(visible(unmarked(text))), " ")
}

// Lines returns the lines of a text, split at its line ends and at its markup.
func Lines(text string) []string {
	var lines []string
	for line := range strings.FieldsFuncSeq(unmarked(text), func(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' }) {
		if line = strings.Join(strings.Fields(visible(line)), " "); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

func unmarked(text string) string {
	for range unescapings {
		plain := html.UnescapeString(text)
		if plain == text {
			break
		}
		text = plain
	}
	if !strings.Contains(text, "<") {
		return text
	}
	var out strings.Builder
	at := 0
	for _, tag := range markup.FindAllStringIndex(text, -1) {
		out.WriteString(text[at:tag[0]])
		switch element := text[tag[0]:tag[1]]; {
		case breaks.MatchString(element):
			out.WriteByte('\n')
		case raised.MatchString(element) && tag[0] > 0 && '0' <= text[tag[0]-1] && text[tag[0]-1] <= '9':
			out.WriteByte(' ') // 1<sup>1</sup>/<sub>2</sub> is one and a half, not eleven halves
		}
		at = tag[1]
	}
	out.WriteString(text[at:])
	return out.String()
}

// visible removes zero-width characters and turns control characters into spaces.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\u200b' || r == '\u00ad' || r == '\ufeff' || r == '\u2060':
			return -1
		case unicode.IsControl(r):
			return ' '
		default:
			return r
		}
	}, text)
}
