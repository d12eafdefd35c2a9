package archive_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/events"
)

// What a program keeps beside rows and steps comes along: words for the yield, the total time, the
// author, the language and the nutrition.
func TestDetailsComeAlong(t *testing.T) {
	t.Parallel()
	for program, text := range map[string]string{
		"larder": `{"name":"Tea","yield":"2 pots","total_minutes":30,"author":"Ada","language":"de","nutrition":{"calories":"3 kcal"},
			"ingredients":[{"text":"tea"}],"steps":[]}`,
		"mealie": `{"name":"Tea","slug":"tea","recipeYield":"2 pots","totalTime":"30 minutes","nutrition":{"calories":"3 kcal"},"recipeIngredient":["tea"]}`,
		"mealie backup": zipOf(t, entry{"database.json", `{"recipes":[{"id":"1","name":"Tea","recipe_yield":"2 pots","total_time":"PT30M"}],
			"recipes_ingredients":[{"recipe_id":"1","note":"tea"}],"recipe_nutrition":[{"recipe_id":"1","calories":"3 kcal","fat_content":"0 g"}]}`}),
	} {
		read, failed := readAll(t, text)
		require.Empty(t, failed, program)
		require.Len(t, read, 1, program)
		draft := read[0].Draft()
		require.Equal(t, "2 pots", draft.Yield, program)
		require.Equal(t, new(30), draft.TotalMinutes, program)
		require.Nil(t, draft.CookMinutes, program)
		require.Equal(t, "3 kcal", draft.Nutrition.Calories, program)
		if program == "larder" {
			require.Equal(t, []string{"Ada", "de"}, []string{draft.Author, draft.Language})
		}
		if program == "mealie backup" {
			require.Equal(t, events.Nutrition{Calories: "3 kcal", FatContent: "0 g"}, draft.Nutrition)
		}
	}
}

// A line of Larder's own export is read exactly: with the cook's spaces, and every part of a row.
func TestOwnExportIsExact(t *testing.T) {
	t.Parallel()
	whole := events.Recipe{
		ID: "0198c601-2222-7a33-8b44-5c6d7e8f9102", Version: 2, Name: "Shrimp\u00a0Gumbo", Description: "One \n\ntwo",
		Ingredients: []events.Ingredient{{
			Text: "250g (~ 9 oz)red\u2009beans", Quantity: new(250.0), Unit: "g", Name: "red beans",
			Second: &events.SecondMeasure{Quantity: 9, Unit: "oz", Relation: "same"},
		}},
		Steps: []events.Step{{Text: "Cook  it."}},
	}
	recipes, failed := readAll(t, jsonOf(t, whole)+"\n")
	require.Empty(t, failed)
	require.Len(t, recipes, 1)
	require.Equal(t, whole.Name, recipes[0].Name)
	require.Equal(t, whole.Description, recipes[0].Description)
	require.Equal(t, whole.Ingredients, recipes[0].Ingredients)
	require.Equal(t, whole.Steps, recipes[0].Steps)
}
