package list

import (
	"cmp"
	"slices"

	"larder.dev/recipe/food"
	"larder.dev/recipe/units"
)

// Line is what a person sees: all parts of one food whose amounts can be added up, either all
// ticked or all open.
type Line struct {
	Food     string // its food.Key
	Name     string
	Amount   string // the sum, such as "1.5 kg"; "" if no part has an amount
	Aisle    string
	Position float64
	Ticked   bool
	Parts    []Part
}

// Lines returns the lines of a list: open ones by aisle and position, then ticked ones. Amounts use
// the number format of locale.
func (s State) Lines(locale units.Locale) []Line {
	lines := make([]Line, 0, len(s.Parts))
	for key, parts := range s.byFood() {
		for _, together := range addable(key, parts) {
			lines = append(lines, s.line(key, together, locale))
		}
	}
	order := places(s.AisleOrder())
	slices.SortFunc(lines, func(a, b Line) int {
		return cmp.Or(
			compareBool(a.Ticked, b.Ticked),
			cmp.Compare(order[a.Aisle], order[b.Aisle]),
			cmp.Compare(a.Position, b.Position),
			cmp.Compare(a.Food, b.Food),
			cmp.Compare(a.Parts[0].ID, b.Parts[0].ID),
		)
	})
	return lines
}

// kin identifies parts that may share a line, if their units allow it.
type kin struct {
	food   string
	ticked bool
}

func (s State) byFood() map[kin][]Part {
	foods := map[kin][]Part{}
	for _, part := range s.Parts {
		if part.Removed == "" {
			part = part.understood()
			key := kin{food.Key(part.Name), part.Ticked != ""}
			foods[key] = append(foods[key], part)
		}
	}
	for _, parts := range foods {
		slices.SortFunc(parts, func(a, b Part) int {
			return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.ID, b.ID))
		})
	}
	return foods
}

// addable groups a food's parts by what can be added up. A name without letters and digits matches
// no other.
func addable(key kin, parts []Part) [][]Part {
	var groups [][]Part
	for _, part := range parts {
		at := slices.IndexFunc(groups, func(group []Part) bool { return key.food != "" && adds(group[0], part) })
		if at < 0 {
			groups = append(groups, []Part{part})
		} else {
			groups[at] = append(groups[at], part)
		}
	}
	return groups
}

func adds(a, b Part) bool {
	if a.Quantity == nil || b.Quantity == nil {
		return a.Quantity == nil && b.Quantity == nil && !a.saysMore() && !b.saysMore()
	}
	if (a.Unit == slovakSpoon) != (b.Unit == slovakSpoon) {
		return false
	}
	return units.Named(a.Unit).Compatible(units.Named(b.Unit))
}

// slovakSpoon is the Slovak abbreviation of a teaspoon. It looks like millilitres but isn't.
const slovakSpoon = "ML"

func (s State) line(key kin, parts []Part, locale units.Locale) Line {
	name, amount := nameOf(parts), ""
	switch {
	case parts[0].Quantity != nil:
		amount, name = said(total(parts), parts, name, locale)
		name += remark(parts)
	case parts[0].saysMore():
		name = parts[0].Text
	}
	line := Line{
		Food: key.food, Name: name, Amount: amount, Ticked: key.ticked, Parts: parts,
		Aisle: aisleOf(key.food, s.Foods), Position: parts[0].Position,
	}
	if placed := s.Foods[key.food].Position; placed != nil {
		line.Position = *placed
	}
	return line
}

// remark is what a person wrote after a food that is on the list once: ", boneless". A recipe's
// remarks are for the kitchen, not the shop.
func remark(parts []Part) string {
	if len(parts) > 1 || parts[0].Request != "" || parts[0].Note == "" {
		return ""
	}
	return ", " + parts[0].Note
}

// nameOf is the name of the largest part: for "1 egg" and "2 eggs" it is eggs.
func nameOf(parts []Part) string {
	most := parts[0]
	for _, part := range parts[1:] {
		if part.Quantity != nil && most.Quantity != nil && *part.Quantity > *most.Quantity {
			most = part
		}
	}
	return most.Name
}

// AisleOrder returns the person's order, then the default one, then the person's own aisles by
// name.
func (s State) AisleOrder() []string {
	var own []string
	for _, food := range s.Foods {
		if food.Aisle != "" {
			own = append(own, food.Aisle)
		}
	}
	slices.Sort(own)
	var order []string
	seen := map[string]bool{}
	for _, aisle := range slices.Concat(s.Aisles, Aisles(), own) {
		if !seen[aisle] {
			seen[aisle] = true
			order = append(order, aisle)
		}
	}
	return order
}

func places(aisles []string) map[string]int {
	place := make(map[string]int, len(aisles))
	for i, aisle := range aisles {
		place[aisle] = i
	}
	return place
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}
