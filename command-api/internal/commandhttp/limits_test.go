package commandhttp

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"larder.dev/recipe"
)

// openapi.yaml states the same limits as the code.
func TestOpenAPIStatesTheLimits(t *testing.T) {
	t.Parallel()
	document, err := GetSpec()
	require.NoError(t, err)
	schema := func(name, property string) *openapi3.Schema {
		return document.Components.Schemas[name].Value.Properties[property].Value
	}
	length := func(name, property string) int { return int(*schema(name, property).MaxLength) }
	items := func(name, property string) int { return int(*schema(name, property).MaxItems) }
	most := func(name string) int { return int(*document.Components.Schemas[name].Value.Max) }

	require.Equal(t, recipe.MaxName, length("RecipeInput", "name"))
	require.Equal(t, recipe.MaxText, length("RecipeInput", "description"))
	require.Equal(t, recipe.MaxText, length("RecipeInput", "notes"))
	require.Equal(t, recipe.MaxSource, length("RecipeInput", "source_url"))
	require.Equal(t, recipe.MaxTags, items("RecipeInput", "tags"))
	require.Equal(t, recipe.MaxTag, int(*schema("RecipeInput", "tags").Items.Value.MaxLength))
	require.Equal(t, recipe.MaxIngredients, items("RecipeInput", "ingredients"))
	require.Equal(t, recipe.MaxSteps, items("RecipeInput", "steps"))
	require.Equal(t, recipe.MaxIngredients, items("ParseRequest", "lines"))
	require.Equal(t, recipe.MaxLine, int(*schema("ParseRequest", "lines").Items.Value.MaxLength))
	require.Equal(t, recipe.MaxLine, length("IngredientInput", "text"))
	require.Equal(t, recipe.MaxUnit, length("IngredientInput", "unit"))
	require.Equal(t, recipe.MaxItem, length("IngredientInput", "name"))
	require.Equal(t, recipe.MaxNote, length("IngredientInput", "note"))
	require.Equal(t, recipe.MaxSection, length("IngredientInput", "section"))
	require.Equal(t, recipe.MaxUnit, length("SecondMeasureInput", "unit"))
	require.Equal(t, recipe.MaxQuantity, int(*schema("SecondMeasureInput", "quantity").Max))
	require.Equal(t, recipe.MaxStep, length("StepInput", "text"))
	require.Equal(t, recipe.MaxSection, length("StepInput", "section"))
	require.Equal(t, recipe.MaxServings, most("Servings"))
	require.Equal(t, recipe.MaxServings, int(*schema("GroceryRequest", "servings").Max))
	require.InDelta(t, recipe.MinServings, *document.Components.Schemas["Servings"].Value.Min, 0)
	require.InDelta(t, recipe.MinServings, *schema("GroceryRequest", "servings").Min, 0)
	require.Equal(t, recipe.MaxMinutes, most("Minutes"))
	require.Equal(t, recipe.MaxQuantity, most("Quantity"))
	require.Equal(t, recipe.MaxIngredients, items("GroceryRequest", "ingredients"))
	require.Equal(t, recipe.MaxIngredients-1, int(*schema("GroceryRequest", "ingredients").Items.Value.Max))
}

// In a recipe sent back, ignored fields may hold anything, even null: their schema is empty.
func TestWhatIsNotLookedAtMayBeAnything(t *testing.T) {
	t.Parallel()
	document, err := GetSpec()
	require.NoError(t, err)
	input := document.Components.Schemas["RecipeInput"].Value
	for _, field := range []string{"id", "files", "version", "created_at", "updated_at"} {
		for _, value := range []any{nil, "soup", 1.5, true, []any{}, map[string]any{"a": "b"}} {
			require.NoError(t, input.VisitJSON(map[string]any{"name": "Soup", field: value}), "%s: %v", field, value)
		}
	}
}
