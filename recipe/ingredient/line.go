package ingredient

import (
	"slices"
	"strings"
	"sync"
)

// line is a line being parsed: its tokens and what they were found to be.
type line struct {
	text   string
	folded string // the text in lower case, byte for byte in the same places
	tokens []token
	// allLower reports whether folding lower-cased every letter; letters whose lower case has
	// another length stay as they are.
	allLower bool
	amount   *amount // the first amount, nil if none has been found
	unit     string
	second   *Second
	places   places
	// language is the index of the line's vocabulary, words.
	language int
	words    *vocabulary
	sold     bool // in a container, so that a preparation belongs to its name
	ofEach   bool // the amount is of each food in a list
	// unitPlace is the position of the first amount's unit, empty if unknown.
	unitPlace span
	name      []span
	notes     []span
}

// linePool reuses the memory of parsed lines. Results outlive the line, so they have memory of
// their own.
type linePool struct{ pool sync.Pool }

var lines linePool //nolint:gochecknoglobals // memory to use again: nothing is told from one line to the next

// take returns an empty line.
func (p *linePool) take() *line {
	if used, ok := p.pool.Get().(*line); ok {
		return used
	}
	return &line{tokens: make([]token, 0, usualTokens), name: make([]span, 0, usualSpans), notes: make([]span, 0, usualSpans)}
}

// giveBack empties a line that nobody reads any more.
func (p *linePool) giveBack(l *line) {
	*l = line{tokens: l.tokens[:0], name: l.name[:0], notes: l.notes[:0]}
	p.pool.Put(l)
}

// usualSpans is enough spans for the name, or the notes, of nearly all lines.
const usualSpans = 8

// places are the positions of the numbers in the amount and the second measure; empty if they
// aren't contiguous.
type places struct{ amount, second span }

// found is a snapshot of the results, to restore if a reading fails.
type found struct {
	amount *amount
	unit   string
	second *Second
	notes  int
}

func (l *line) found() found { return found{l.amount, l.unit, l.second, len(l.notes)} }

func (l *line) restore(f found) {
	l.amount, l.unit, l.second, l.notes = f.amount, f.unit, f.second, l.notes[:f.notes]
}

// span is a range of tokens, from start up to end.
type span struct{ start, end int }

// low returns a token in lower case, or "" outside the line.
func (l *line) low(i int) string {
	if i < 0 || i >= len(l.tokens) {
		return ""
	}
	return l.folded[l.tokens[i].start:l.tokens[i].end]
}

// at returns a token as written, or "" outside the line.
func (l *line) at(i int) string {
	if i < 0 || i >= len(l.tokens) {
		return ""
	}
	return l.text[l.tokens[i].start:l.tokens[i].end]
}

func (l *line) is(i int, low string) bool { return l.low(i) == low }

// kindAt returns a token's kind, or mark outside the line.
func (l *line) kindAt(i int) kind {
	if i < 0 || i >= len(l.tokens) {
		return mark
	}
	return l.tokens[i].kind
}

func (l *line) addNote(start, end int) { l.notes = add(l.notes, start, end) }
func (l *line) addName(start, end int) { l.name = add(l.name, start, end) }

// add appends a span, or extends the last one if they touch.
func add(spans []span, start, end int) []span {
	if start >= end {
		return spans
	}
	if n := len(spans); n > 0 && spans[n-1].end == start {
		spans[n-1].end = end
		return spans
	}
	return append(spans, span{start, end})
}

// written returns the text of a span, without separator marks at its ends.
func (l *line) written(s span) string {
	text := l.text[l.tokens[s.start].start:l.tokens[s.end-1].end]
	if strings.Contains(text, "(") {
		text = withoutPluralSigns(text)
	}
	text = strings.TrimPrefix(text, ". ")
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") && strings.Count(text, "(") == 1 {
		text = text[1 : len(text)-1]
	}
	text = strings.Trim(text, " ,;:-–—|/•*+=")
	if strings.HasSuffix(text, ".") && strings.Count(text, ".") == 1 {
		text = text[:len(text)-1]
	}
	return text
}

// withoutPluralSigns turns "Zwiebel(n)" into "Zwiebel", the same food.
func withoutPluralSigns(text string) string {
	for _, sign := range pluralSigns {
		if at := strings.Index(text, sign); at > 0 && text[at-1] != ' ' {
			text = text[:at] + text[at+len(sign):]
		}
	}
	return text
}

// noteText joins the notes in the order of the line.
func (l *line) noteText() string {
	if len(l.notes) == 0 {
		return ""
	}
	slices.SortFunc(l.notes, func(a, b span) int { return a.start - b.start })
	return l.join(l.notes, ", ")
}

func (l *line) join(spans []span, separator string) string {
	if len(spans) == 1 {
		return l.written(spans[0])
	}
	var text strings.Builder
	between := separator
	for _, s := range spans {
		part := l.written(s)
		if part == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteString(between)
		}
		text.WriteString(part)
		between = separator
		if l.is(s.end-1, ",") && !l.adjectivesAlone(s.start, s.end) {
			between = ", " // "salt, freshly ground pepper" are two foods
		}
	}
	return text.String()
}

// closing returns the position of the mark that closes the parenthesis at i, or -1.
func (l *line) closing(i int) int {
	depth := 0
	for at := i; at < len(l.tokens); at++ {
		switch l.low(at) {
		case "(", "[":
			depth++
		case ")", "]":
			depth--
			if depth == 0 {
				return at
			}
		}
	}
	return -1
}
