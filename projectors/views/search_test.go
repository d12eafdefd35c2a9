package views_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/internal/searchindex"
	"larder.dev/projectors/views"
	rules "larder.dev/recipe"
)

// The indexed document matches the fully decoded recipe in every schema version, and events that
// full decoding refuses are refused.
func TestSearchDocumentSaysWhatTheWholeRecipeSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		recipe := events.Recipe{ID: "soup", Name: rapid.String().Draw(t, "name"), Version: rapid.Int64Min(1).Draw(t, "version")}
		recipe.Tags = rapid.SliceOfN(rapid.String(), 1, 4).Draw(t, "tags")
		recipe.Files = []events.File{{ID: "file", Name: rapid.String().Draw(t, "file")}}
		recipe.Ingredients = rapid.SliceOfN(rapid.SampledFrom([]events.Ingredient{
			{Text: "2 leeks, sliced"}, {Text: "200 g smoked bacon", Quantity: new(float64), Unit: "g", Name: "smoked bacon"}, {Text: "oil", Name: "oil"},
		}), 0, 3).Draw(t, "rows")
		recipe.TotalMinutes = rapid.Ptr(rapid.IntRange(0, 90), true).Draw(t, "total")
		recipe.PrepMinutes = rapid.Ptr(rapid.IntRange(0, 90), true).Draw(t, "prep")
		recipe.CookMinutes = rapid.Ptr(rapid.IntRange(0, 90), true).Draw(t, "cook")
		recipe.Favourite = rapid.Bool().Draw(t, "favourite")
		recipe.Rating = rapid.Ptr(rapid.IntRange(1, 5), true).Draw(t, "rating")
		recipe.CreatedAt = time.UnixMicro(rapid.Int64Range(0, 1e15).Draw(t, "created")).UTC()
		recipe.UpdatedAt = recipe.CreatedAt.In(time.FixedZone("", 3600))
		recipe.Notes = rapid.String().Draw(t, "notes")
		data, err := json.Marshal(recipe)
		require.NoError(t, err)
		e := events.Envelope{
			Type: events.RecipeUpdated, SchemaVersion: rapid.IntRange(1, events.CurrentVersion(events.RecipeUpdated)).Draw(t, "schema"),
			Subject: events.RecipeSubject("ada", "soup"), Version: recipe.Version, Data: data,
		}
		whole, err := events.DecodeRecipe(e)
		require.NoError(t, err)
		doc, err := views.SearchDocument(e)
		require.NoError(t, err)
		require.Equal(t, searchindex.Document{
			ID: whole.ID, Owner: "ada", Name: whole.Name, Tags: whole.Tags, Version: whole.Version, Foods: rules.Foods(whole.Ingredients),
			Minutes: rules.Minutes(whole.TotalMinutes, whole.PrepMinutes, whole.CookMinutes), Created: whole.CreatedAt.UTC(), Updated: whole.UpdatedAt.UTC(),
			Favourite: whole.Favourite, Rating: rules.Stars(whole.Rating),
		}, doc)

		e.Version++
		_, err = views.SearchDocument(e)
		require.ErrorIs(t, err, events.ErrMalformed)
		e.Version, e.Subject = recipe.Version, events.RecipeSubject("ben", "other")
		_, err = views.SearchDocument(e)
		require.ErrorIs(t, err, events.ErrMalformed)
		e.Subject, e.Data = events.RecipeSubject("ada", "soup"), data[:rapid.IntRange(0, len(data)-1).Draw(t, "cut")]
		_, err = views.SearchDocument(e)
		require.ErrorIs(t, err, events.ErrMalformed)
	})
}

// A field of the wrong type is refused by name, as in full decoding.
func TestSearchDocumentRefusesFieldsOfAnotherKind(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"id":"soup","name":"a","tags":[],"version":1,"created_at":"x"}`, `{"id":"soup","name":"a","tags":[],"version":1,"ingredients":[{"text":1}]}`,
		`{"id":1}`, `{"id":"soup","name":["a"]}`, `{"id":"soup","tags":"hot"}`, `{"id":"soup","tags":[1]}`, `{"id":"soup","version":"1"}`, `[]`, `"soup"`,
	} {
		_, err := views.SearchDocument(events.Envelope{
			Type: events.RecipeUpdated, SchemaVersion: 1, Subject: events.RecipeSubject("ada", "soup"), Version: 1, Data: json.RawMessage(body),
		})
		require.ErrorIs(t, err, events.ErrMalformed, body)
	}
}
