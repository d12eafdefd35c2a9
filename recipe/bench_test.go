package recipe_test

import (
	"testing"

	"larder.dev/events"
	"larder.dev/recipe"
)

// The cost of returning a recipe: one whose rows have parts, like nearly all, and one stored as
// text alone.
func BenchmarkUnderstood(b *testing.B) {
	var alone events.Recipe
	for range 5 {
		for _, text := range []string{"200 g basmati rice", "2 large onions, finely chopped", "1 tbsp olive oil"} {
			alone.Ingredients = append(alone.Ingredients, events.Ingredient{Text: text})
		}
	}
	whole, _ := recipe.Understood(alone)
	for name, r := range map[string]events.Recipe{"with parts": whole, "text alone": alone} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				recipe.Understood(r)
			}
		})
	}
}
