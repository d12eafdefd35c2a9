package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// table prints columns for a person. Cells contain external text: a line break in a server's
// message would begin a new row, a tab a new column, and a terminal obeys some other bytes.
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

// print writes the table; what names it in an error.
func (t table) print(what string) error {
	if err := t.out.Flush(); err != nil {
		return fmt.Errorf("print %s: %w", what, err)
	}
	return nil
}

// oneLine replaces each run of spaces, line breaks and unprintable bytes with one space.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ")
}
