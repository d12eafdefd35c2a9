package list_test

import (
	"fmt"
	"testing"

	"larder.dev/grocery-app/internal/list"
	"larder.dev/recipe/food"
	"larder.dev/recipe/units"
)

// BenchmarkLines adds up and sorts a list of 2,000 items for a user with 3,000 placed foods.
func BenchmarkLines(b *testing.B) {
	state := list.State{Foods: map[string]list.Food{}}
	quantity := 200.0
	for i := range 3000 {
		name := fmt.Sprintf("food %d", i)
		state.Foods[food.Key(name)] = list.Food{Aisle: "pantry"}
		if i < 2000 {
			state.Parts = append(state.Parts, list.Part{ID: fmt.Sprintf("%032d", i), Text: "200 g " + name, Name: name, Quantity: &quantity, Unit: "g"})
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		state.Lines(units.English)
	}
}
