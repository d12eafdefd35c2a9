package recipe

import (
	"reflect"
	"slices"

	"larder.dev/events"
)

// revisedRows returns the rows of a replacing draft with their parts. An unchanged line sent as
// text alone keeps its old parts. A new line sent with the parts of an old one is parsed again: its
// writer changed the words and sent the old parts along.
func revisedRows(rows, before []events.Ingredient) []events.Ingredient {
	before, _ = understoodRows(before)
	revised := make([]events.Ingredient, len(rows))
	for i, row := range rows {
		old := lineOf(before, i, row.Text)
		switch {
		case old != nil && textAlone(row) && row.Unit == "" && row.Note == "":
			section := row.Section
			row = *old
			row.Section = section
		case old != nil && row.Second == nil && sameParts(row, *old):
			row.Second = old.Second
		case old == nil && slices.ContainsFunc(before, func(b events.Ingredient) bool { return sameParts(row, b) }):
			row = events.Ingredient{Text: row.Text, Section: row.Section}
		}
		revised[i], _ = understoodRow(row)
	}
	return revised
}

// lineOf finds a line among rows, trying its own position first, and returns nil if it isn't there.
func lineOf(rows []events.Ingredient, position int, text string) *events.Ingredient {
	if position < len(rows) && rows[position].Text == text {
		return &rows[position]
	}
	at := slices.IndexFunc(rows, func(row events.Ingredient) bool { return row.Text == text })
	if at < 0 {
		return nil
	}
	return &rows[at]
}

// sameParts reports whether two rows have the same parts. A caller that doesn't know about second
// measures sends none.
func sameParts(row, other events.Ingredient) bool {
	return sameNumber(row.Quantity, other.Quantity) && sameNumber(row.QuantityMax, other.QuantityMax) &&
		row.Unit == other.Unit && row.Name == other.Name && row.Note == other.Note &&
		(row.Second == nil || reflect.DeepEqual(row.Second, other.Second))
}

// SameWriting reports whether two versions of a recipe are equal in everything that a cook may
// write.
func SameWriting(a, b events.Recipe) bool {
	return reflect.DeepEqual(writing(a), writing(b))
}

// writing returns what a cook wrote of a recipe, with parsed rows and without nil lists.
func writing(r events.Recipe) Draft {
	d := DraftOf(r)
	d.Ingredients, _ = understoodRows(r.Ingredients)
	d.Tags, d.Ingredients, d.Steps = present(d.Tags), present(d.Ingredients), present(d.Steps)
	return d
}

func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
