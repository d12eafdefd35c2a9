package recipe

import (
	"larder.dev/events"
	"larder.dev/recipe/food"
)

// Foods returns what a recipe is found by: the keys of its rows' foods and their groups, as
// food.Keys gives them.
func Foods(rows []events.Ingredient) []string {
	names := make([]string, 0, len(rows))
	for _, row := range rows {
		if row.Name == "" {
			row, _ = understoodRow(row)
		}
		names = append(names, row.Name)
	}
	return food.Keys(names)
}

// Minutes returns how long a recipe takes from start to finish: its total, or else the sum of its
// parts; 0 if it doesn't say.
func Minutes(total, prep, cook *int) int {
	if total != nil && *total > 0 {
		return *total
	}
	all := 0
	for _, part := range []*int{prep, cook} {
		if part != nil {
			all += *part
		}
	}
	return all
}
