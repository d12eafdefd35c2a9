// Package language holds the words of ingredient lines, one table per language and no code per
// language: en.txt, de.txt and so on. A table says which words are sizes, preparations, articles
// and units, and the plurals of units. To add a language, add a table and its code in Codes.
//
// A row of a table is a key, a colon and entries separated by commas; an indented row continues the
// previous one. A row that begins with # is a comment. Entries are in lower case and without the
// points of abbreviations. Package ingredient defines the keys, except these of package units:
//
//	unit clove: zehe/zehen    spellings of a unit, with the plural after /; an entry with
//	                          capitals matches only in this case
//	no unit: c                spellings that are no unit in this language
//	many from: 2              the quantity from which the plural is used; default: above one
package language

import (
	"embed"
	"fmt"
	"strings"
)

// Codes returns the languages that have a table. A word with different meanings in two languages
// takes the first one's meaning if the line doesn't show its language.
func Codes() []string { return []string{"en", "de", "fr", "it", "es", "nl", "sv"} }

// Table holds the words of one language.
type Table struct {
	Code  string
	Words map[string][]string // by key
	Units []Unit
}

// Unit holds the spellings of a unit in one language.
type Unit struct {
	Name  string // in package units
	Forms []Form
}

// Form is the singular and plural of a spelling; equal if it doesn't change.
type Form struct{ One, Many string }

//go:embed *.txt
var files embed.FS

// Read returns the table of a language, or an empty one and an error if there is none.
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

// rows joins continued rows and drops comments.
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
