package found

import (
	_ "embed"
	"strings"
	"unicode"

	"larder.dev/events"
	"larder.dev/recipe/food"
)

// The least evidence for a recipe that was guessed: rows that say an amount of a food, rows that
// name a food of a known group, rows that the steps mention, and words of cooking in the steps.
const (
	leastAmounts = 3
	leastKnown   = 2
	leastUsed    = 2 // or the only row
	leastCooking = 2
)

//go:embed cooking.txt
var cookingTable string

// cooking is the words of the kitchen, which other texts hardly have.
var cooking = set(uncommented(cookingTable)) //nolint:gochecknoglobals // a constant

func uncommented(table string) string {
	var kept strings.Builder
	for line := range strings.Lines(table) {
		if !strings.HasPrefix(line, "#") {
			kept.WriteString(line)
		}
	}
	return kept.String()
}

// Evident reports whether this is surely a recipe. Nearly every text has some lines that read as
// ingredients; so unless something marks the ingredients, there must be steps, and either half of
// the rows say how much of a food, one of them in a unit, or a quarter of them name foods that are
// known, or the steps speak of cooking and mention half of the rows.
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
	return len(r.Steps) > 0 && (byAmounts || byFoods || (2*foods >= all && r.cooks()))
}

// cooks reports whether the steps speak of cooking, by different words and in a third of the steps,
// and of what the rows name.
func (r *Recipe) cooks() bool {
	steps := make([]string, 0, len(r.Steps))
	said := map[string]bool{}
	saying := 0
	for _, step := range r.Steps {
		steps = append(steps, step.Text)
		says := false
		for word := range words(step.Text) {
			if cooking[word] {
				said[word], says = true, true
			}
		}
		if says {
			saying++
		}
	}
	if len(said) < leastCooking || 3*saying < len(steps) {
		return false
	}
	in := VocabularyOf(steps...)
	used := 0
	for _, row := range r.Ingredients {
		if in.Mentions(row.Name) {
			used++
		}
	}
	return used >= min(leastUsed, len(r.Ingredients)) && 2*used >= len(r.Ingredients)
}

// saysFood reports whether a row names something by a few words alone, as foods are named. Settings
// and tables have signs and digits.
func saysFood(row events.Ingredient) bool {
	words := strings.Fields(row.Name)
	return len(words) > 0 && len(words) <= 6 && !strings.ContainsFunc(row.Name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsSpace(r) && !strings.ContainsRune("-'’,&%.()", r)
	})
}
