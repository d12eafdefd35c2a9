package found

import (
	"strings"
	"unicode"

	"larder.dev/events"
	"larder.dev/recipe/food"
)

// The least evidence for a recipe that was guessed: rows that say an amount of a food, or rows that
// name a food of a known group.
const (
	leastAmounts = 3
	leastKnown   = 2
)

// Evident reports whether this is surely a recipe. Nearly every text has some lines that read as
// ingredients; so unless something marks the ingredients, there must be steps, and either half of
// the rows say how much of a food, one of them in a unit, or a quarter of them name foods that are
// known.
func (r *Recipe) Evident() bool {
	if !r.Guessed {
		return true
	}
	foods, amounts, measured, known := 0, 0, 0, 0
	for _, row := range r.Ingredients {
		if !saysFood(row) {
			continue
		}
		foods++
		if row.Quantity != nil {
			amounts++
		}
		if row.Quantity != nil && row.Unit != "" {
			measured++
		}
		if len(food.Keys([]string{row.Name})) > 1 { // its own key and that of a group
			known++
		}
	}
	all := len(r.Ingredients)
	byAmounts := amounts >= leastAmounts && measured > 0 && 2*amounts >= all
	byFoods := known >= leastKnown && 4*known >= all && 2*foods >= all
	return len(r.Steps) > 0 && (byAmounts || byFoods)
}

// saysFood reports whether a row names something by a few words alone, as foods are named. Settings
// and tables have signs and digits.
func saysFood(row events.Ingredient) bool {
	words := strings.Fields(row.Name)
	return len(words) > 0 && len(words) <= 6 && !strings.ContainsFunc(row.Name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsSpace(r) && !strings.ContainsRune("-'’,&%.()", r)
	})
}
