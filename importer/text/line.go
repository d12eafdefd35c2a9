package text

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Line is a line of a text with its layout.
type Line struct {
	Text    string // without its list or heading mark
	Heading bool   // marked as a heading
	Listed  bool   // an item of a list
	Number  bool   // the list is numbered
	New     bool   // follows a blank line
	Deep    bool   // indented and unmarked: continues the previous line

	marked int // the length of its mark, in characters
}

// width returns the length of a line with its mark, in characters.
func (l Line) width() int { return l.marked + utf8.RuneCountInString(l.Text) }

var (
	bullet    = regexp.MustCompile(`^(?:[-*+•·‣▪▢☐□◦○–—]|\[[ xX]?\])\s+`)
	numbered  = regexp.MustCompile(`^(?:(?i:step|schritt|étape|passo|paso|stap|steg)\s+)?\d{1,2}\s*[.):]\s+`)
	hashes    = regexp.MustCompile(`^#{1,6}\s+`)
	digits    = regexp.MustCompile(`\d+`)
	underline = regexp.MustCompile(`^(?:={3,}|-{3,}|~{3,}|_{3,}|\*{3,})$`)
	emphasis  = regexp.MustCompile(`^(?:\*\*|__)(.+?)(:?)(?:\*\*|__)(:?)$`)
)

// Lines returns the lines of a text that aren't empty.
func Lines(text string) []Line {
	var lines []Line
	blank := false
	last := 0 // the number of the numbered list that the lines are in, or 0
	for raw := range strings.SplitSeq(lineEnds.Replace(text), "\n") {
		trimmed := strings.Join(strings.Fields(visible(raw)), " ")
		switch {
		case trimmed == "":
			blank = true
			continue
		case underline.MatchString(trimmed):
			if n := len(lines); n > 0 && !blank && !lines[n-1].Listed {
				lines[n-1].Heading = true
			}
			blank = true
			continue
		}
		line := mark(trimmed)
		line.marked = utf8.RuneCountInString(trimmed) - utf8.RuneCountInString(line.Text)
		line.New = blank
		last = numberOf(&line, trimmed, last)
		line.Deep = !line.Listed && !line.Heading && (strings.HasPrefix(raw, "  ") || strings.HasPrefix(raw, "\t"))
		lines = append(lines, line)
		blank = false
	}
	return lines
}

// numberOf returns the number of a numbered line, or the last one. A number amid a paragraph that
// doesn't count on is no mark: "bake it as in / step 2. Then …".
func numberOf(line *Line, whole string, last int) int {
	if !line.Number {
		if line.Listed || line.Heading {
			return 0
		}
		return last
	}
	number, err := strconv.Atoi(digits.FindString(whole))
	if err != nil || last == 0 || line.New || number > last || number == 1 || number == last {
		return number
	}
	*line = Line{Text: whole}
	return last
}

// lineEnds normalises every kind of line end.
var lineEnds = strings.NewReplacer( //nolint:gochecknoglobals // a constant
	"\r\n", "\n", "\r", "\n", "\f", "\n", "\u2028", "\n", "\u2029", "\n",
)

func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\u200b' || r == '\ufeff' || r == '\u00ad' {
			return -1
		}
		return r
	}, text)
}

// mark removes a line's mark: a bullet, a number, or the signs of a heading.
func mark(text string) Line {
	if signs := hashes.FindString(text); signs != "" {
		return Line{Text: strings.Trim(text[len(signs):], "# "), Heading: true}
	}
	if signs := bullet.FindString(text); signs != "" {
		return Line{Text: strings.TrimSpace(bullet.ReplaceAllString(text[len(signs):], "")), Listed: true}
	}
	if signs := numbered.FindString(text); signs != "" {
		return Line{Text: text[len(signs):], Listed: true, Number: true}
	}
	if inner := emphasis.FindStringSubmatch(text); inner != nil {
		return Line{Text: inner[1] + inner[2] + inner[3], Heading: true}
	}
	return Line{Text: text, Heading: shouted(text)}
}

// shouted reports whether a line is all capitals.
func shouted(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLower(r) {
			return false
		}
		if unicode.IsUpper(r) {
			letters++
		}
	}
	return letters >= 4 && len(text) <= 60
}
