// Package list is what a shopping list is: parts that were asked for, operations that change them, and the
// lines that a person sees, in which what can be added up is one. It is pure: no store and no HTTP.
package list

import (
	"errors"
	"strings"
	"unicode"

	"larder.dev/recipe/ingredient"
)

// ErrErased is the error of a change for a user who was erased.
var ErrErased = errors.New("the user was erased")

// Part is one thing that one recipe, or one hand, put on the list. It is never added into another one, so
// that it can be taken out again by itself.
type Part struct {
	ID       string // chosen by whoever added it
	Request  string // the grocery request that it came by; "" where a person wrote it
	RecipeID string // of that request
	Recipe   string // the name of the recipe, as it was then
	Text     string // as it was written, with its amount; always enough by itself

	Quantity    *float64 // nil where the text has no amount
	QuantityMax *float64 // the upper end of a range
	Unit        string   // as read, or as written; "" where things are counted
	Name        string   // what to buy
	Note        string

	Position float64 // where it was put: the sequence of the change that brought it, and its place in that
	Ticked   string  // the operation that ticked it; "" while it is to be bought
	Removed  string  // the operation that took it off; "" while it is on the list
}

// Food is how a person treats a food: where it is in the shop, and where it stands on the list.
type Food struct {
	Aisle    string   // "" for the default
	Position *float64 // nil for the order of arrival
}

// State is one person's list at one moment.
type State struct {
	Sequence int64 // how many changes the list has had
	Parts    []Part
	Foods    map[string]Food // by Key
	Aisles   []string        // in the order of the person's way through the shop; others follow
}

// FromText makes a part of what a person typed.
func FromText(id, text string, position float64) Part {
	return Part{ID: id, Position: position}.written(text)
}

// written is the part with another text. What isn't understood is the name: a line such as "milk for 2" is bought as it is written.
func (p Part) written(text string) Part {
	read := ingredient.Parse(text).Whole()
	p.Text, p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note = text, nil, nil, "", strings.TrimSpace(text), ""
	if read.Quantity != nil && read.Name != "" {
		p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note = read.Quantity, read.QuantityMax, read.Unit, read.Name, read.Note
	}
	return p
}

// understood reads a part anew that a version before kept as text, or read less of. What a recipe says is as its event
// has it.
func (p Part) understood() Part {
	if p.Request != "" {
		return p
	}
	return p.written(p.Text)
}

// saysMore tells of a part without an amount that a number is in its text: it may be one that nobody understood, so
// the text is shown as it is, and never made one with another.
func (p Part) saysMore() bool {
	return p.Quantity == nil && strings.ContainsFunc(p.Text, unicode.IsNumber)
}

func (p Part) parsed() ingredient.Parsed {
	return ingredient.Parsed{
		Quantity: p.Quantity, QuantityMax: p.QuantityMax, Unit: p.Unit, Name: p.Name, Note: p.Note,
	}
}
