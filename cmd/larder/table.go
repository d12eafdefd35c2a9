package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// table is what a command prints for a person in columns. What stands in it came from elsewhere: a line break in the words of
// a server would begin a new row, a tab a new column, and a terminal obeys some other bytes.
type table struct{ out *tabwriter.Writer }

func newTable(out io.Writer, columns ...string) table {
	t := table{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
	fmt.Fprintln(t.out, strings.Join(columns, "\t"))
	return t
}

// row adds one row; the last cell may be long.
func (t table) row(cells ...any) {
	texts := make([]string, len(cells))
	for i, cell := range cells {
		texts[i] = oneLine(fmt.Sprint(cell))
	}
	fmt.Fprintln(t.out, strings.TrimRight(strings.Join(texts, "\t"), "\t"))
}

// print writes it out; what names it in an error.
func (t table) print(what string) error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("print %s: %w", what, err)
	}
	return nil
}

// oneLine is text with each run of spaces, line breaks and bytes that aren't shown as one space.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}
