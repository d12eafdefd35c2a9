package liststore_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/events"
	"larder.dev/grocery-app/internal/list"
	"larder.dev/grocery-app/internal/liststore"
	"larder.dev/internal/postgres"
	"larder.dev/internal/testkit"
	"larder.dev/recipe/units"
)

func migrate(ctx context.Context, url string) error {
	return postgres.Migrate(ctx, url, liststore.Migrations(), slog.New(slog.DiscardHandler))
}

// BenchmarkAddRecipe adds a recipe of 12 ingredients to a list of 2,000 items for a user with 3,000
// placed foods; "and read" also returns the whole list, added up and sorted, as a phone would then
// request.
func BenchmarkAddRecipe(b *testing.B) {
	pool, err := postgres.Open(b.Context(), testkit.Postgres(b, migrate), postgres.Options{Application: "bench"})
	require.NoError(b, err)
	defer pool.Close()
	store := liststore.NewStore(pool, func(string) {})
	for _, reads := range []bool{false, true} {
		name := "add"
		if reads {
			name = "add and read"
		}
		user := uuid.NewString()
		fill(b, store, user)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				added, err := store.AddRequest(b.Context(), user, recipe(12))
				require.NoError(b, err)
				require.True(b, added)
				if reads {
					state, err := store.Read(b.Context(), user)
					require.NoError(b, err)
					require.GreaterOrEqual(b, len(state.Lines(units.English)), 2000)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/recipe")
		})
	}
}

// fill creates a list of 2,000 items and 3,000 known foods.
func fill(b *testing.B, store *liststore.Store, user string) {
	b.Helper()
	var operations []list.Operation
	for i := range 3000 {
		food := fmt.Sprintf("food %d", i)
		operations = append(operations, list.Operation{ID: uuid.NewString(), Kind: list.Shelve, Food: food, Aisle: "pantry"})
		if i < 2000 {
			operations = append(operations, list.Operation{
				ID: uuid.NewString(), Kind: list.Add, Parts: []string{uuid.NewString()}, Text: "200 g " + food,
			})
		}
	}
	_, err := store.Apply(b.Context(), user, operations)
	require.NoError(b, err)
}

func recipe(rows int) events.Grocery {
	g := events.Grocery{RequestID: uuid.NewString(), Recipe: events.RecipeRef{ID: uuid.NewString(), Name: "Soup"}}
	for i := range rows {
		quantity := float64(i + 1)
		g.Items = append(g.Items, events.GroceryItem{
			Quantity: &quantity, Unit: "oz", Name: fmt.Sprintf("food %d", i), Text: fmt.Sprintf("%d oz food %d", i+1, i),
		})
	}
	return g
}
