package page

import (
	"fmt"
	"strings"
)

// mendJSON repairs common errors of handwritten JSON: control characters and quotes inside strings,
// invalid escapes, comments, trailing commas. It makes one pass, whatever the input; libraries that
// repair more backtrack, so a page could keep them busy.
func mendJSON(text string) string {
	m := jsonMender{text: text}
	m.out.Grow(len(text))
	for m.at < len(text) {
		switch c := text[m.at]; {
		case strings.HasPrefix(text[m.at:], "//"):
			m.skipTo("\n")
		case strings.HasPrefix(text[m.at:], "/*"):
			m.skipTo("*/")
		case c == ',':
			m.comma = true // written once something follows
			m.at++
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			m.out.WriteByte(c)
			m.at++
		case c == '}' || c == ']':
			m.comma = false
			m.out.WriteByte(c)
			m.at++
		default:
			m.part(c)
		}
	}
	return m.out.String()
}

type jsonMender struct {
	text  string
	at    int
	comma bool
	out   strings.Builder
}

func (m *jsonMender) part(c byte) {
	if m.comma {
		m.out.WriteByte(',')
		m.comma = false
	}
	if c == '"' {
		m.stringLiteral()
		return
	}
	m.out.WriteByte(c)
	m.at++
}

func (m *jsonMender) skipTo(end string) {
	n := strings.Index(m.text[m.at:], end)
	if n < 0 {
		m.at = len(m.text)
		return
	}
	m.at += n + len(end)
}

// next returns the next character at or after a position that isn't white space, or 0 at the end.
func (m *jsonMender) next(at int) byte {
	for ; at < len(m.text); at++ {
		if c := m.text[at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c
		}
	}
	return 0
}

func (m *jsonMender) stringLiteral() {
	m.out.WriteByte('"')
	for m.at++; m.at < len(m.text); m.at++ {
		switch c := m.text[m.at]; {
		case c == '\\':
			m.escape()
		case c == '"' && m.ends():
			m.out.WriteByte('"')
			m.at++
			return
		case c == '"':
			m.out.WriteString(`\"`)
		case c < ' ':
			fmt.Fprintf(&m.out, `\u%04x`, c)
		default:
			m.out.WriteByte(c)
		}
	}
	m.out.WriteByte('"')
}

// escape copies an escape, or drops a backslash that begins none.
func (m *jsonMender) escape() {
	if m.at+1 >= len(m.text) {
		return
	}
	next := m.text[m.at+1]
	switch {
	case next == 'u' && m.at+5 < len(m.text) && isHex(m.text[m.at+2:m.at+6]):
		m.out.WriteString(m.text[m.at : m.at+6])
		m.at += 5
	case strings.IndexByte(`"\/bfnrt`, next) >= 0:
		m.out.WriteString(m.text[m.at : m.at+2])
		m.at++
	}
}

func isHex(digits string) bool {
	return strings.Trim(digits, "0123456789abcdefABCDEF") == ""
}

// ends reports whether a quote ends its string: JSON follows, not text.
func (m *jsonMender) ends() bool {
	at := m.at + 1
	switch m.next(at) {
	case ':', '}', ']', 0:
		return true
	case ',':
		comma := at + strings.IndexByte(m.text[at:], ',')
		after := m.next(comma + 1)
		return after == 0 || strings.IndexByte(`"{[}],/`, after) >= 0
	case '/':
		return true // a comment
	default:
		return false
	}
}
