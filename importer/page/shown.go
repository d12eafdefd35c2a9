package page

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"larder.dev/importer/found"
)

// block is a visible line of a page.
type block struct {
	text    string
	key     string // its letters and digits, for comparison
	heading bool   // marked by its element, its class, or all bold
	level   int    // 1 to 6 of a heading that has one
	listed  bool   // in a list or a table
	ordered bool   // the list is numbered
	part    string // the recipe part that its element is named after, or ""
}

// maxBlocks limits how much of a page is examined.
const maxBlocks = 8_000

// blocks returns the visible lines of a page, from top to bottom.
func (d *document) blocks() []block {
	if d.shown == nil {
		w := blockWalker{}
		for _, root := range d.Nodes {
			w.walk(root, block{})
		}
		w.end(block{})
		d.shown = w.blocks
	}
	return d.shown
}

type blockWalker struct {
	blocks []block
	line   strings.Builder
	bold   int // bold bytes in the line
	within block
}

func (w *blockWalker) walk(n *html.Node, within block) {
	if len(w.blocks) >= maxBlocks {
		return
	}
	switch n.Type {
	case html.TextNode:
		w.write(n.Data, within)
		return
	case html.ElementNode:
	default:
		w.children(n, within)
		return
	}
	if unseen(n) {
		return
	}
	if n.DataAtom == atom.Br && within.listed {
		w.line.WriteByte(' ') // a list item is one line, despite line breaks
		return
	}
	if besides(n) && w.line.Len() > 0 {
		w.line.WriteByte(' ')
	}
	mark := within
	mark.heading = within.heading || isHeading(n)
	mark.ordered = n.DataAtom == atom.Ol || (within.ordered && n.DataAtom != atom.Ul)
	if level := levelOf(n); level > 0 {
		mark.level = level
	}
	mark.listed = within.listed || n.DataAtom == atom.Li || n.DataAtom == atom.Tr || n.DataAtom == atom.Dd
	if part := partOf(n); part != "" && n.DataAtom != atom.Body && n.DataAtom != atom.Html {
		mark.part = part
	}
	bold := n.DataAtom == atom.Strong || n.DataAtom == atom.B
	before := w.line.Len()
	if beginsLine(n) {
		w.end(within)
	}
	w.children(n, mark)
	switch {
	case beginsLine(n):
		w.end(mark)
	case bold && w.line.Len() > before:
		w.bold += w.line.Len() - before
	}
}

// besides reports whether an element stands apart from the one before it without a space in the text:
// a cell of a table, or the parts of a row, each in an element with a class.
func besides(n *html.Node) bool {
	before := n.PrevSibling
	switch {
	case n.DataAtom == atom.Td || n.DataAtom == atom.Th:
		return true
	case n.DataAtom != atom.Span || before == nil || before.DataAtom != atom.Span:
		return false
	}
	_, named := attribute(n, "class")
	_, namedBefore := attribute(before, "class")
	return named && namedBefore
}

func (w *blockWalker) children(n *html.Node, within block) {
	for child := n.FirstChild; child != nil; child = child.NextSibling {
		w.walk(child, within)
	}
}

func (w *blockWalker) write(text string, within block) {
	w.line.WriteString(text)
	if strings.TrimSpace(text) != "" {
		w.within.listed = w.within.listed || within.listed
		w.within.heading = w.within.heading || within.heading
		w.within.ordered = w.within.ordered || within.ordered
		w.within.level = max(w.within.level, within.level)
		w.within.part = within.part
	}
}

func (w *blockWalker) end(mark block) {
	text := strings.Join(strings.Fields(w.line.String()), " ")
	if text = found.Line(text); text != "" {
		made := w.within
		made.text, made.key = text, keyOf(text)
		made.heading = made.heading || mark.heading || (w.bold > 0 && w.bold >= len(text)-1)
		w.blocks = append(w.blocks, made)
	}
	w.line.Reset()
	w.bold, w.within = 0, block{}
}

// keyOf returns what different spellings of a line have in common.
func keyOf(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

func unseen(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Noscript, atom.Template, atom.Svg, atom.Select, atom.Button, atom.Nav, atom.Head, atom.Iframe,
		atom.Footer:
		return true
	default:
		return false
	}
}

func beginsLine(n *html.Node) bool {
	switch n.DataAtom {
	case atom.A, atom.Abbr, atom.B, atom.Bdi, atom.Cite, atom.Code, atom.Data, atom.Em, atom.Font, atom.I, atom.Img, atom.Input,
		atom.Label, atom.Mark, atom.Q, atom.S, atom.Small, atom.Span, atom.Strong, atom.Sub, atom.Sup, atom.Td, atom.Th, atom.Time,
		atom.U, atom.Var, atom.Wbr:
		return false
	case 0:
		return strings.Contains(n.Data, "list") || strings.Contains(n.Data, "item")
	default:
		return true
	}
}

// levelOf returns the level of a heading element, or 0.
func levelOf(n *html.Node) int {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return int(n.Data[1] - '0')
	default:
		return 0
	}
}

// isHeading reports whether an element names what follows it.
func isHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Dt, atom.Caption, atom.Legend, atom.Th:
		return true
	case atom.Li, atom.Ul, atom.Ol, atom.Body, atom.Section, atom.Article, atom.Main:
		return false
	default:
	}
	class, _ := attribute(n, "class")
	class = strings.ToLower(class)
	for _, word := range []string{
		"heading", "title", "subhead", "group-name", "groupname", "group_name", "section-name", "sectionname", "ingredient-label",
	} {
		if strings.Contains(class, word) {
			return true
		}
	}
	return false
}
