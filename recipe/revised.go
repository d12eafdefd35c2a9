package recipe

import (
	"reflect"
	"slices"

	"larder.dev/events"
)

// revisedRows gives the rows of a draft that replaces others, with their parts. A line that was there before as it is
// keeps the parts that it had, where it comes as text alone; and a new line that comes with the parts of an old one is
// read anew: who changed the words sent the parts along as they were.
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

// lineOf finds a line among rows, at its own position first; nil where it isn't there.
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

// sameParts tells whether a row has the parts of another. A caller who doesn't know of second measures sends none.
func sameParts(row, other events.Ingredient) bool {
	return sameNumber(row.Quantity, other.Quantity) && sameNumber(row.QuantityMax, other.QuantityMax) &&
		row.Unit == other.Unit && row.Name == other.Name && row.Note == other.Note &&
		(row.Second == nil || reflect.DeepEqual(row.Second, other.Second))
}

// SameWriting tells whether two versions of a recipe are the same in all that a cook may write.
func SameWriting(a, b events.Recipe) bool {
	return reflect.DeepEqual(writing(a), writing(b))
}

// writing is what a cook wrote of a recipe, with its rows understood and no list missing.
func writing(r events.Recipe) Draft {
	d := draftOf(r)
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
