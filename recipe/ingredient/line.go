package ingredient

import (
	"slices"
	"strings"
	"sync"
)

// line is one line while it is read: its tokens, and which of them have been found to be what.
type line struct {
	text   string
	folded string // the text in lower case, byte for byte in the same places
	tokens []token
	// allLower tells that folded has no letter that is longer or shorter in lower case, and so stays as it is.
	allLower bool
	amount   *amount // the first amount, nil while none is found
	unit     string
	second   *Second
	places   places
	// language is the index of the vocabulary that the line is read by, words.
	language int
	words    *vocabulary
	sold     bool // in a container, so that what was done to it belongs to its name
	ofEach   bool // so much of each food of a list
	// unitPlace is where the unit of the first amount is, empty where it isn't known.
	unitPlace span
	name      []span
	notes     []span
}

// linePool keeps the memory of lines that have been read for the next ones. What is found in a line outlives it, and so
// is memory of its own.
type linePool struct{ pool sync.Pool }

var lines linePool //nolint:gochecknoglobals // memory to use again: nothing is told from one line to the next

// take gives an empty line.
func (p *linePool) take() *line {
	if used, ok := p.pool.Get().(*line); ok {
		return used
	}
	return &line{tokens: make([]token, 0, usualTokens), name: make([]span, 0, usualSpans), notes: make([]span, 0, usualSpans)}
}

// giveBack empties a line that nobody reads any longer.
func (p *linePool) giveBack(l *line) {
	*l = line{tokens: l.tokens[:0], name: l.name[:0], notes: l.notes[:0]}
	p.pool.Put(l)
}

// usualSpans is how many stretches of a name, or notes, nearly all lines have at most.
const usualSpans = 8

// places are where the numbers of the amount and of the second measure are; empty where they are more than one
// stretch.
type places struct{ amount, second span }

// found is what has been found so far, to come back to where a reading leads nowhere.
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

// span is a stretch of tokens, from start up to end.
type span struct{ start, end int }

// low is a token in lower case; "" beyond the ends of the line.
func (l *line) low(i int) string {
	if i < 0 || i >= len(l.tokens) {
		return ""
	}
	return l.folded[l.tokens[i].start:l.tokens[i].end]
}

// at is a token as it is written; "" beyond the ends of the line.
func (l *line) at(i int) string {
	if i < 0 || i >= len(l.tokens) {
		return ""
	}
	return l.text[l.tokens[i].start:l.tokens[i].end]
}

func (l *line) is(i int, low string) bool { return l.low(i) == low }

// kindAt is the kind of a token; a mark beyond the ends of the line.
func (l *line) kindAt(i int) kind {
	if i < 0 || i >= len(l.tokens) {
		return mark
	}
	return l.tokens[i].kind
}

func (l *line) addNote(start, end int) { l.notes = add(l.notes, start, end) }
func (l *line) addName(start, end int) { l.name = add(l.name, start, end) }

// add appends a span, or lengthens the last one where they touch.
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

// written is the text of a span, without marks at its ends that separate and say nothing.
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

// withoutPluralSigns makes "Zwiebel" of "Zwiebel(n)": it is one food.
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

// closing is the mark that closes the parenthesis at i; -1 where none does.
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
