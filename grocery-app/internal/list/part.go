// Package list is what a shopping list is: parts that were asked for, operations that change them, and the
// lines that a person sees, in which what can be added up is one. It is pure: no store and no HTTP.
package list

import "errors"

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
	Unit        string   // as written; "" where things are counted
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
	p := Part{ID: id, Position: position}
	p.write(text)
	return p
}

func (p *Part) write(text string) {
	read := readText(text)
	p.Text, p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note = text, read.quantity, nil, read.unit, read.name, ""
}
