// Package list models a shopping list: parts that were requested, operations that change them, and
// the lines a person sees, which add up matching parts. It is pure: no store and no HTTP.
package list

import (
	"errors"
	"strings"
	"unicode"

	"larder.dev/recipe/ingredient"
)

// ErrErased means a change is for an erased user.
var ErrErased = errors.New("the user was erased")

// Part is one thing that one recipe or one person put on the list. Parts are never merged, so each
// can be removed again.
type Part struct {
	ID       string // chosen by whoever added it
	Request  string // the grocery request it came from; "" if a person wrote it
	RecipeID string // of that request
	Recipe   string // the recipe's name at that time
	Text     string // as written, with the amount; always sufficient by itself

	Quantity    *float64 // nil if the text has no amount
	QuantityMax *float64 // the upper end of a range
	Unit        string   // as parsed, or as written; "" for countable things
	Name        string   // what to buy
	Note        string

	Position float64 // sort position: the sequence of the change that added it, plus its place in that
	Ticked   string  // the operation that ticked it; "" while open
	Removed  string  // the operation that removed it; "" while on the list
}

// Food is how a person sorts a food: its aisle in the shop and its position on the list.
type Food struct {
	Aisle    string   // "" for the default
	Position *float64 // nil for order of arrival
}

// State is one person's list at a point in time.
type State struct {
	Sequence int64 // the number of changes so far
	Parts    []Part
	Foods    map[string]Food // by Key
	Aisles   []string        // in the person's order through the shop; others follow
}

// FromText returns a part from what a person typed.
func FromText(id, text string, position float64) Part {
	return Part{ID: id, Position: position}.written(text)
}

// written returns the part with another text. If parsing finds no amount, the text is the name:
// "milk for 2" is bought as written.
func (p Part) written(text string) Part {
	read := ingredient.Parse(text).Whole()
	p.Text, p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note = text, nil, nil, "", strings.TrimSpace(text), ""
	if read.Quantity != nil && read.Name != "" {
		p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note = read.Quantity, read.QuantityMax, read.Unit, read.Name, read.Note
	}
	return p
}

// understood parses again a part that an earlier version stored as text or parsed less well. A
// recipe's parts stay as in their event.
func (p Part) understood() Part {
	if p.Request != "" {
		return p
	}
	return p.written(p.Text)
}

// saysMore reports whether a part without an amount has a number in its text: it may be an amount
// that wasn't parsed, so the text is shown as is and never merged.
func (p Part) saysMore() bool {
	return p.Quantity == nil && strings.ContainsFunc(p.Text, unicode.IsNumber)
}

func (p Part) parsed() ingredient.Parsed {
	return ingredient.Parsed{
		Quantity: p.Quantity, QuantityMax: p.QuantityMax, Unit: p.Unit, Name: p.Name, Note: p.Note,
	}
}
