package contract_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"larder.dev/test/larder"
)

// fullRecipe has a value in each field.
func fullRecipe() map[string]any {
	return map[string]any{
		"name": "Rösti with leek", "description": "Crisp.\n\nBest on a cold day.", "servings": 2.5, "yield": "2 flat cakes",
		"prep_minutes": 20, "cook_minutes": 35, "total_minutes": 480, "source_url": "https://example.org/roesti?a=1",
		"author": "Verena Ünal", "language": "de_ch",
		"nutrition": map[string]any{"servingSize": "1 cake", "calories": "about 400 kcal", "proteinContent": "9,5 g"},
		"tags":      []string{"swiss", "potato"}, "notes": "\tUse yesterday's potatoes.",
		"ingredients": []any{
			map[string]any{
				"text": "600-800 g potatoes, boiled", "quantity": 600, "quantity_max": 800, "unit": "g",
				"name": "potatoes", "note": "boiled", "section": "Rösti",
			},
			map[string]any{"text": "1 leek", "section": "On top"},
		},
		"steps": []any{
			map[string]any{"text": "Grate the potatoes.", "section": "Rösti"},
			map[string]any{"text": "Fry."},
		},
	}
}

// What is sent comes back unchanged, in the answer and from a read, and can be resent as read.
func everyField(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "fields-ada")
	answer := ada.Do(t, http.MethodPost, "/api/recipes", fullRecipe()).Want(t, http.StatusCreated)
	created := answer.Recipe(t)
	require.Equal(t, "/api/recipes/"+created.ID, answer.Header.Get("Location"))
	require.Equal(t, `"1"`, answer.Header.Get("ETag"))
	require.Equal(t, created.ID+"@1", answer.After())

	require.Equal(t, "Rösti with leek", created.Name)
	require.Equal(t, "Crisp.\n\nBest on a cold day.", created.Description)
	require.InDelta(t, 2.5, *created.Servings, 0)
	require.Equal(t, 20, *created.PrepMinutes)
	require.Equal(t, 35, *created.CookMinutes)
	require.Equal(t, "2 flat cakes", created.Yield)
	require.Equal(t, 480, *created.TotalMinutes)
	require.Equal(t, "https://example.org/roesti?a=1", created.SourceURL)
	require.Equal(t, "Verena Ünal", created.Author)
	require.Equal(t, "de-CH", created.Language, "in its usual spelling")
	require.Equal(t, map[string]string{"servingSize": "1 cake", "calories": "about 400 kcal", "proteinContent": "9,5 g"}, created.Nutrition)
	require.Equal(t, []string{"swiss", "potato"}, created.Tags)
	require.Equal(t, "Use yesterday's potatoes.", created.Notes)
	require.Len(t, created.Ingredients, 2)
	require.Equal(t, "600-800 g potatoes, boiled", created.Ingredients[0].Text)
	require.InDelta(t, 800, *created.Ingredients[0].QuantityMax, 0)
	require.Equal(t, "On top", created.Ingredients[1].Section)
	require.Equal(t, []larder.Step{{Text: "Grate the potatoes.", Section: "Rösti"}, {Text: "Fry."}}, created.Steps)
	require.NotNil(t, created.Files)
	require.Equal(t, created.CreatedAt, created.UpdatedAt)

	read := ada.Get(t, created.ID).Want(t, http.StatusOK)
	require.Equal(t, created, read.Recipe(t))
	require.Equal(t, `"1"`, read.Header.Get("ETag"))
	again := ada.Do(t, http.MethodPut, "/api/recipes/"+created.ID, read.Body, "If-Match", `"1"`).Want(t, http.StatusOK).Recipe(t)
	require.Equal(t, created.CreatedAt, again.CreatedAt)
	again.Version, again.UpdatedAt = created.Version, created.UpdatedAt
	require.Equal(t, created, again)

	// The smallest has every field too, so that programs needn't check whether it exists.
	smallest, _ := ada.Create(t, larder.Named("Toast"))
	require.NotNil(t, smallest.Tags)
	require.NotNil(t, smallest.Ingredients)
	require.NotNil(t, smallest.Steps)
	require.Nil(t, smallest.Servings)
	require.NotNil(t, smallest.Nutrition)
}

// A program from before yield, total_minutes, author, language and nutrition can't empty them by
// sending back the fields that it knows. One that sends any of them replaces all five.
func detailsOfOlderPrograms(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "details-ada")
	created, _ := ada.Create(t, fullRecipe())
	older := fullRecipe()
	for _, field := range []string{"yield", "total_minutes", "author", "language", "nutrition"} {
		delete(older, field)
	}
	older["servings"] = 3
	path := "/api/recipes/" + created.ID
	kept := ada.Do(t, http.MethodPut, path, older, "If-Match", `"1"`).Want(t, http.StatusOK).Recipe(t)
	require.InDelta(t, 3, *kept.Servings, 0)
	require.Equal(t, created.Yield, kept.Yield)
	require.Equal(t, created.TotalMinutes, kept.TotalMinutes)
	require.Equal(t, created.Author, kept.Author)
	require.Equal(t, created.Language, kept.Language)
	require.Equal(t, created.Nutrition, kept.Nutrition)

	older["yield"] = ""
	emptied := ada.Do(t, http.MethodPut, path, older, "If-Match", `"2"`).Want(t, http.StatusOK).Recipe(t)
	require.Empty(t, emptied.Yield)
	require.Nil(t, emptied.TotalMinutes)
	require.Empty(t, emptied.Author+emptied.Language)
	require.Empty(t, emptied.Nutrition)
}

// A recipe's source may be words, and comes back as sent.
func sources(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "sources-ada")
	for _, source := range []string{"Grandmother's book, p. 12", "https://example.org/a?b=1&c=2", "https://", "BBC", "javascript:alert(1)", "Οι γιαγιά μου"} {
		created, _ := ada.Create(t, with("source_url", source))
		require.Equal(t, source, created.SourceURL)
		require.Equal(t, source, ada.Get(t, created.ID).Recipe(t).SourceURL)
	}
}

// A row sent as parts is given a readable text.
func rowsFromParts(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "parts-ada")
	created, _ := ada.Create(t, map[string]any{"name": "Cream", "ingredients": []any{
		map[string]any{"quantity": 2, "unit": "dl", "name": "cream", "note": "cold"},
	}})
	text := created.Ingredients[0].Text
	for _, part := range []string{"2", "dl", "cream", "cold"} {
		require.Contains(t, text, part)
	}
}

// A row sent as text alone is answered and read with its parts and its text as written.
func rowsFromText(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "typed-ada", "--grocery")
	created := ada.Do(t, http.MethodPost, "/api/recipes", map[string]any{"name": "Rice", "servings": 2, "ingredients": []any{
		map[string]any{"text": "200 g\tbasmati rice"},
		map[string]any{"text": "2 (14 oz) cans  tomatoes, chopped", "section": "Sauce"},
		map[string]any{"text": "salt\n"},
	}}).Want(t, http.StatusCreated)
	want := `[
		{"text": "200 g basmati rice", "quantity": 200, "quantity_max": null, "unit": "g", "name": "basmati rice", "note": "",
		 "section": "", "second": null},
		{"text": "2 (14 oz) cans  tomatoes, chopped", "quantity": 2, "quantity_max": null, "unit": "can", "name": "tomatoes",
		 "note": "chopped", "section": "Sauce", "second": {"quantity": 14, "quantity_max": null, "unit": "oz", "relation": "each"}},
		{"text": "salt", "quantity": null, "quantity_max": null, "unit": "", "name": "salt", "note": "", "section": "", "second": null}
	]`
	id := created.Recipe(t).ID
	for _, answer := range []larder.Answer{created, ada.Get(t, id)} {
		require.JSONEq(t, want, gjson.GetBytes(answer.Body, "ingredients").Raw)
	}
	changes := ada.Do(t, http.MethodGet, "/api/changes?since=0", nil).Want(t, http.StatusOK)
	require.JSONEq(t, want, gjson.GetBytes(changes.Body, "changes.0.recipe.ingredients").Raw)

	list := ada.Do(t, http.MethodPost, "/api/recipes/"+id+"/grocery", `{"servings": 6, "ingredients": [0, 1]}`).Want(t, http.StatusAccepted)
	require.InDelta(t, 600, gjson.GetBytes(list.Body, "items.0.quantity").Num, 1e-9)
	require.InDelta(t, 6, gjson.GetBytes(list.Body, "items.1.quantity").Num, 1e-9)
}

// A save that changes nothing creates no version, whether rows come with their parts or as lines;
// changing one line leaves the others unchanged, and gives that line the parts of its new words.
func savesOfNothing(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "nothing-ada")
	input := map[string]any{"name": "Rice", "ingredients": []any{
		map[string]any{"text": "200 g basmati rice"}, map[string]any{"quantity": 2, "unit": "dl", "name": "cream", "note": "cold"},
	}}
	created := ada.Do(t, http.MethodPost, "/api/recipes", input).Want(t, http.StatusCreated)
	path := "/api/recipes/" + created.Recipe(t).ID
	for _, body := range []any{created.Body, input} {
		answer := ada.Do(t, http.MethodPut, path, body, "If-Match", `"1"`).Want(t, http.StatusOK)
		require.JSONEq(t, string(created.Body), string(answer.Body))
		require.Equal(t, `"1"`, answer.Header.Get("ETag"))
		require.Equal(t, created.After(), answer.After())
	}
	require.Len(t, ada.Changes(t, 0).Changes, 1)

	stale := strings.Replace(string(created.Body), `"200 g basmati rice"`, `"300 g basmati rice"`, 1) // the old line's parts
	changed := ada.Do(t, http.MethodPut, path, stale, "If-Match", `"1"`).Want(t, http.StatusOK)
	require.Equal(t, `"2"`, changed.Header.Get("ETag"))
	require.InDelta(t, 300, gjson.GetBytes(changed.Body, "ingredients.0.quantity").Num, 0)
	require.JSONEq(t, gjson.GetBytes(created.Body, "ingredients.1").Raw, gjson.GetBytes(changed.Body, "ingredients.1").Raw)
}

// A replace needs the version it replaces; a stale one gets the current recipe, and changes
// nothing.
func replace(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "replace-ada")
	created, _ := ada.Create(t, fullRecipe())
	path := "/api/recipes/" + created.ID
	ada.Do(t, http.MethodPut, path, larder.Named("Blind")).Want(t, http.StatusPreconditionRequired)

	answer := ada.Do(t, http.MethodPut, path, larder.Named("Second"), "If-Match", `"1"`).Want(t, http.StatusOK)
	require.Equal(t, `"2"`, answer.Header.Get("ETag"))
	require.Equal(t, created.ID+"@2", answer.After())
	second := answer.Recipe(t)
	require.Equal(t, int64(2), second.Version)
	require.Empty(t, second.Ingredients, "a replace replaces everything")
	require.Equal(t, created.CreatedAt, second.CreatedAt)

	stale := ada.Do(t, http.MethodPut, path, larder.Named("Stale"), "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	require.Equal(t, int64(2), stale.Problem(t).CurrentVersion)
	require.Equal(t, "Second", stale.Problem(t).Current.Name)
	require.Equal(t, "Second", ada.Get(t, created.ID).Recipe(t).Name)

	for _, wrong := range []string{`"x"`, "2", `"2`, `"-2"`} {
		status := ada.Do(t, http.MethodPut, path, larder.Named("Odd"), "If-Match", wrong).Status
		require.Contains(t, []int{http.StatusBadRequest, http.StatusPreconditionFailed}, status, wrong)
	}
	ada.Do(t, http.MethodPut, "/api/recipes/"+uuid.NewString(), larder.Named("None"), "If-Match", `"1"`).Want(t, http.StatusNotFound)

	ada.Get(t, created.ID, "If-None-Match", `"2"`).Want(t, http.StatusNotModified)
	ada.Get(t, created.ID, "If-None-Match", `"1"`).Want(t, http.StatusOK)
}

// Of concurrent replaces of the same version, one succeeds.
func replaceAtOnce(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "race-ada")
	created, _ := ada.Create(t, larder.Named("First"))
	statuses := atOnce(8, func(i int) int {
		answer, err := ada.Try(larder.Request{
			Method: http.MethodPut, Path: "/api/recipes/" + created.ID,
			Body: larder.Named("Race " + strconv.Itoa(i)), Headers: []string{"If-Match", `"1"`},
		})
		if err != nil {
			return 0
		}
		return answer.Status
	})
	won := 0
	for _, status := range statuses {
		require.Contains(t, []int{http.StatusOK, http.StatusPreconditionFailed}, status)
		if status == http.StatusOK {
			won++
		}
	}
	require.Equal(t, 1, won)
	require.Equal(t, int64(2), ada.Get(t, created.ID).Recipe(t).Version)
}

// atOnce calls from many goroutines, and returns what each got.
func atOnce[T any](n int, call func(i int) T) []T {
	results := make([]T, n)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() { results[i] = call(i) })
	}
	group.Wait()
	return results
}

// A phone that was offline chooses ids; an id is unique, and can be recreated after a delete with a
// later version.
func clientIDs(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "ids-ada")
	id := uuid.NewString()
	path := "/api/recipes/" + id
	answer := ada.Do(t, http.MethodPut, path, larder.Named("Offline"), "If-None-Match", "*").Want(t, http.StatusCreated)
	require.Equal(t, id, answer.Recipe(t).ID)
	require.Equal(t, path, answer.Header.Get("Location"))
	taken := ada.Do(t, http.MethodPut, path, larder.Named("Twice"), "If-None-Match", "*").Want(t, http.StatusPreconditionFailed)
	require.Equal(t, int64(1), taken.Problem(t).CurrentVersion)

	ada.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNoContent)
	again := ada.Do(t, http.MethodPut, path, larder.Named("Back"), "If-None-Match", "*").Want(t, http.StatusCreated)
	require.Equal(t, int64(3), again.Recipe(t).Version)
	require.Equal(t, "Back", ada.Get(t, id).Want(t, http.StatusOK).Recipe(t).Name)
	require.Equal(t, []string{"Back"}, ada.Search(t).Names())
}

// A delete is visible to every read at once; If-Match guards it; a second one finds nothing.
func deletion(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "delete-ada")
	created, _ := ada.Create(t, fullRecipe())
	path := "/api/recipes/" + created.ID
	ada.Do(t, http.MethodDelete, path, nil, "If-Match", `"7"`).Want(t, http.StatusPreconditionFailed)
	answer := ada.Do(t, http.MethodDelete, path, nil, "If-Match", `"1"`).Want(t, http.StatusNoContent)
	require.Equal(t, created.ID+"@2", answer.After())
	require.Empty(t, answer.Body)
	ada.Get(t, created.ID).Want(t, http.StatusNotFound)
	ada.Get(t, created.ID, "Larder-After", answer.After()).Want(t, http.StatusNotFound)
	require.Zero(t, ada.Search(t).Total)
	ada.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNotFound)
	ada.Do(t, http.MethodPut, path, larder.Named("Late"), "If-Match", `"1"`).Want(t, http.StatusNotFound)
}

// A repeated key returns the first answer, for any command, and does nothing twice; with another
// request it is an error; and keys are separate per user.
func idempotency(t *testing.T, s *larder.Server) {
	t.Helper()
	ada, ben := s.AddUser(t, "key-ada", "--grocery"), s.AddUser(t, "key-ben")
	key := []string{"Idempotency-Key", uuid.NewString()}
	first := ada.Do(t, http.MethodPost, "/api/recipes", fullRecipe(), key...).Want(t, http.StatusCreated)
	again := ada.Do(t, http.MethodPost, "/api/recipes", fullRecipe(), key...).Want(t, http.StatusCreated)
	require.Equal(t, string(first.Body), string(again.Body))
	for _, header := range []string{"ETag", "Location", "Larder-After"} {
		require.Equal(t, first.Header.Get(header), again.Header.Get(header), header)
	}
	require.Equal(t, 1, ada.Search(t).Total)
	ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Other"), key...).Want(t, http.StatusUnprocessableEntity)
	ben.Do(t, http.MethodPost, "/api/recipes", larder.Named("Ben's"), key...).Want(t, http.StatusCreated)

	path := first.Header.Get("Location")
	grocery := []string{"Idempotency-Key", uuid.NewString()}
	one := ada.Do(t, http.MethodPost, path+"/grocery", map[string]any{}, grocery...).Want(t, http.StatusAccepted)
	two := ada.Do(t, http.MethodPost, path+"/grocery", map[string]any{}, grocery...).Want(t, http.StatusAccepted)
	require.Equal(t, string(one.Body), string(two.Body))

	put := []string{"If-Match", `"1"`, "Idempotency-Key", uuid.NewString()}
	for range 2 {
		ada.Do(t, http.MethodPut, path, larder.Named("Replaced"), put...).Want(t, http.StatusOK)
	}
	require.Equal(t, int64(2), ada.Do(t, http.MethodGet, path, nil).Recipe(t).Version)

	remove := []string{"Idempotency-Key", uuid.NewString()}
	for range 2 {
		ada.Do(t, http.MethodDelete, path, nil, remove...).Want(t, http.StatusNoContent)
	}
	for _, bad := range []string{"with space", "ü", fmt.Sprintf("%0201d", 1)} {
		ada.Do(t, http.MethodPost, "/api/recipes", larder.Named("Bad key"), "Idempotency-Key", bad).Want(t, http.StatusBadRequest)
	}
}

// A key that arrives many times at once, as from an impatient phone, creates one recipe.
func idempotencyAtOnce(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "atonce-ada")
	key := uuid.NewString()
	bodies := atOnce(12, func(int) string {
		answer, err := ada.Try(larder.Request{
			Method: http.MethodPost, Path: "/api/recipes", Body: larder.Named("Once"), Headers: []string{"Idempotency-Key", key},
		})
		if err != nil || answer.Status != http.StatusCreated {
			return ""
		}
		return string(answer.Body)
	})
	for _, body := range bodies {
		require.NotEmpty(t, body)
		require.Equal(t, bodies[0], body)
	}
	require.Equal(t, 1, ada.Search(t).Total)
}
