// Package language is the words of ingredient lines, one table a language and no code of its own: en.txt, de.txt and
// so on. A table says which words are sizes, preparations, articles and units, and how a unit is written for more
// than one. Another language is another table and its code in Codes.
//
// A row of a table is a key, a colon and entries parted by commas; an indented row goes on with the one before it. A
// row that begins with # is a comment. Entries are in lower case and without the points of abbreviations. The keys
// are those of package ingredient, which gives them their meaning, and these of package units:
//
//	unit clove: zehe/zehen    spellings of a unit, with the form for more than one behind /; one with capitals counts
//	                          in this case alone
//	no unit: c                spellings that are no unit in this language
//	many from: 2              the quantity from which that form is written; without it, whatever is over one
package language

import (
	"embed"
	"fmt"
	"strings"
)

// Codes are the languages that have a table. A word that is something else in two languages is what it is in the first of
// them, where the line doesn't tell.
func Codes() []string { return []string{"en", "de", "fr", "it", "es", "nl", "sv"} }

// Table is the words of one language.
type Table struct {
	Code  string
	Words map[string][]string // by key
	Units []Unit
}

// Unit is the spellings of a unit in one language.
type Unit struct {
	Name  string // in package units
	Forms []Form
}

// Form is a spelling of a unit for one and for more than one; the same where it doesn't change.
type Form struct{ One, Many string }

//go:embed *.txt
var files embed.FS

// Read gives the table of a language; empty where there is none.
func Read(code string) (Table, error) {
	text, err := files.ReadFile(code + ".txt")
	if err != nil {
		return Table{Code: code}, fmt.Errorf("read the words of %q: %w", code, err)
	}
	return parse(code, string(text))
}

func parse(code, text string) (Table, error) {
	table := Table{Code: code, Words: map[string][]string{}}
	for n, row := range rows(text) {
		key, entries, ok := strings.Cut(row, ":")
		if !ok {
			return table, fmt.Errorf("row %d of the words of %q has no colon: %q", n+1, code, row)
		}
		table.add(key, split(entries))
	}
	return table, nil
}

// rows joins the rows that go on, and leaves the comments out.
func rows(text string) []string {
	var all []string
	for row := range strings.Lines(text) {
		row = strings.TrimRight(row, "\n")
		switch {
		case row == "" || row[0] == '#':
		case row[0] == ' ' && len(all) > 0:
			all[len(all)-1] += row
		default:
			all = append(all, row)
		}
	}
	return all
}

func (t *Table) add(key string, entries []string) {
	kind, name, _ := strings.Cut(key, " ")
	if kind != "unit" {
		t.Words[key] = append(t.Words[key], entries...)
		return
	}
	unit := Unit{Name: name}
	for _, entry := range entries {
		one, many, _ := strings.Cut(entry, "/")
		if many == "" {
			many = one
		}
		unit.Forms = append(unit.Forms, Form{one, many})
	}
	t.Units = append(t.Units, unit)
}

func split(entries string) []string {
	var all []string
	for entry := range strings.SplitSeq(entries, ",") {
		if entry = strings.Join(strings.Fields(entry), " "); entry != "" {
			all = append(all, entry)
		}
	}
	return all
}
