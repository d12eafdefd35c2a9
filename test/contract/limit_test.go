package contract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// letters is a text of n characters with twice as many bytes.
func letters(n int) string { return strings.Repeat("ä", n) }

func list(n int, one func(i int) any) []any {
	values := make([]any, n)
	for i := range values {
		values[i] = one(i)
	}
	return values
}

// row, step and with create recipes with one field to test.
func row(field string, value any) map[string]any {
	return with("ingredients", []any{map[string]any{"text": "salt"}, map[string]any{"text": "salt", field: value}})
}

// second returns a row whose second measure has the given field.
func second(field string, value any) map[string]any {
	measure := map[string]any{"quantity": 28, "unit": "g", "relation": "same"}
	measure[field] = value
	return with("ingredients", []any{map[string]any{"quantity": 1, "unit": "oz", "name": "salt", "second": measure}})
}

func step(field string, value any) map[string]any {
	return with("steps", []any{map[string]any{"text": "Stir.", field: value}})
}

func with(field string, value any) map[string]any {
	recipe := larder.Named("Soup")
	recipe[field] = value
	return recipe
}

func nutrition(field string, value any) map[string]any {
	return with("nutrition", map[string]any{field: value})
}

// Each field accepts openapi.yaml's limit and not one more. Lengths are in characters, not bytes.
func limits(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "limits-ada")
	rows := func(n int) []any { return list(n, func(int) any { return map[string]any{"text": "salt"} }) }
	tagged := func(n int) []any { return list(n, func(i int) any { return fmt.Sprintf("tag %d", i) }) }
	address := func(n int) string { return "https://example.org/" + strings.Repeat("a", n-len("https://example.org/")) }
	for name, c := range map[string]struct {
		field      string
		fits, over map[string]any
	}{
		"name":         {"name", with("name", letters(200)), with("name", letters(201))},
		"description":  {"description", with("description", letters(20_000)), with("description", letters(20_001))},
		"notes":        {"notes", with("notes", letters(20_000)), with("notes", letters(20_001))},
		"servings":     {"servings", with("servings", 10_000), with("servings", 10_001)},
		"no servings":  {"servings", with("servings", 0.01), with("servings", 0)},
		"prep":         {"prep_minutes", with("prep_minutes", 100_000), with("prep_minutes", 100_001)},
		"cook":         {"cook_minutes", with("cook_minutes", 0), with("cook_minutes", -1)},
		"total":        {"total_minutes", with("total_minutes", 100_000), with("total_minutes", 100_001)},
		"yield":        {"yield", with("yield", letters(200)), with("yield", letters(201))},
		"author":       {"author", with("author", letters(200)), with("author", letters(201))},
		"language":     {"language", with("language", "de-DE-u-co-phonebk-x-abcdefgh-ijklm"), with("language", "de-DE-u-co-phonebk-x-abcdefgh-ijklmn")},
		"calories":     {"nutrition.calories", nutrition("calories", letters(200)), nutrition("calories", letters(201))},
		"source":       {"source_url", with("source_url", address(2000)), with("source_url", address(2001))},
		"source words": {"source_url", with("source_url", letters(2000)), with("source_url", letters(2001))},
		"tag":          {"tags[0]", with("tags", []string{letters(50)}), with("tags", []string{letters(51)})},
		"tags":         {"tags", with("tags", tagged(50)), with("tags", tagged(51))},
		"rows":         {"ingredients", with("ingredients", rows(200)), with("ingredients", rows(201))},
		"steps":        {"steps", with("steps", rows(200)), with("steps", rows(201))},
		"row text":     {"ingredients[1].text", row("text", letters(500)), row("text", letters(501))},
		"row unit":     {"ingredients[1].unit", row("unit", letters(50)), row("unit", letters(51))},
		"row name":     {"ingredients[1].name", row("name", letters(200)), row("name", letters(201))},
		"row note":     {"ingredients[1].note", row("note", letters(200)), row("note", letters(201))},
		"row section":  {"ingredients[1].section", row("section", letters(200)), row("section", letters(201))},
		"row quantity": {"ingredients[1].quantity", row("quantity", 1_000_000_000), row("quantity", 1_000_000_001)},
		"second":       {"ingredients[0].second.quantity", second("quantity", 1_000_000_000), second("quantity", 1_000_000_001)},
		"second unit":  {"ingredients[0].second.unit", second("unit", letters(50)), second("unit", letters(51))},
		"second to":    {"ingredients[0].second.quantity_max", second("quantity_max", 1_000_000_000), second("quantity_max", 1_000_000_001)},
		"step text":    {"steps[0].text", step("text", letters(5000)), step("text", letters(5001))},
		"step section": {"steps[0].section", step("section", letters(200)), step("section", letters(201))},
	} {
		answer := ada.Do(t, http.MethodPost, "/api/recipes", c.fits)
		require.Equal(t, http.StatusCreated, answer.Status, "%s fits: %.300s", name, answer.Body)
		answer = ada.Do(t, http.MethodPost, "/api/recipes", c.over)
		require.Equal(t, http.StatusUnprocessableEntity, answer.Status, "%s is over: %.300s", name, answer.Body)
		require.Contains(t, answer.Problem(t).Fields(), c.field, "%s: %.300s", name, answer.Body)
	}
}

// Each refusal names its field, in a create and in a replace, whatever is wrong; and nothing is
// stored.
func refusals(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "refusals-ada")
	created, _ := ada.Create(t, larder.Named("Kept"))
	for name, c := range map[string]struct {
		field string
		body  any
	}{
		"no name":                 {"name", map[string]any{"notes": "x"}},
		"blank name":              {"name", with("name", " \t ")},
		"name is null":            {"name", with("name", nil)},
		"name is a list":          {"name", with("name", []string{"x"})},
		"name with NUL":           {"name", with("name", "a\x00b")},
		"name with a line end":    {"name", with("name", "a\nb")},
		"name with DEL":           {"name", with("name", "a\x7fb")},
		"name with a C1 control":  {"name", with("name", "a\u0085b")},
		"description with escape": {"description", with("description", "a\x1b[31mb")},
		"notes with bell":         {"notes", with("notes", "a\ab")},
		"servings are text":       {"servings", with("servings", "4")},
		"minutes are a fraction":  {"prep_minutes", with("prep_minutes", 1.5)},
		"yield of two lines":      {"yield", with("yield", "a\nb")},
		"total is a fraction":     {"total_minutes", with("total_minutes", 1.5)},
		"author with a bell":      {"author", with("author", "a\ab")},
		"language in words":       {"language", with("language", "Swiss German")},
		"nutrition in words":      {"nutrition", with("nutrition", "240 kcal")},
		"nutrition as a number":   {"nutrition.calories", nutrition("calories", 240)},
		"nutrition of two lines":  {"nutrition.fatContent", nutrition("fatContent", "a\nb")},
		"unknown nutrition":       {"nutrition.colour", nutrition("colour", "red")},
		"source of two lines":     {"source_url", with("source_url", "Oma\nErna")},
		"source is a list":        {"source_url", with("source_url", []string{"x"})},
		"a blank tag":             {"tags[1]", with("tags", []string{"a", " "})},
		"tags are no list":        {"tags", with("tags", "a")},
		"an empty row":            {"ingredients[0].text", with("ingredients", []any{map[string]any{}})},
		"a row is no object":      {"ingredients[0]", with("ingredients", []any{"salt"})},
		"a row's unknown field":   {"ingredients[1].colour", row("colour", "red")},
		"row text with control":   {"ingredients[1].text", row("text", "sa\x01lt")},
		"range without beginning": {"ingredients[1].quantity_max", row("quantity_max", 2)},
		"range the wrong way": {"ingredients[0].quantity_max", with("ingredients", []any{
			map[string]any{"text": "x", "quantity": 3, "quantity_max": 2},
		})},
		"a second without a first": {"ingredients[1].second", row("second", map[string]any{"quantity": 1, "relation": "same"})},
		"a second of nothing":      {"ingredients[0].second.relation", second("relation", "sum")},
		"a second the wrong way":   {"ingredients[0].second.quantity_max", second("quantity_max", 27)},
		"a quantity below zero":    {"ingredients[1].quantity", row("quantity", -1)},
		"a step without text":      {"steps[0].text", with("steps", []any{map[string]any{"section": "a"}})},
		"an unknown field":         {"colour", with("colour", "red")},
	} {
		for _, call := range []larder.Request{
			{Method: http.MethodPost, Path: "/api/recipes"},
			{Method: http.MethodPut, Path: "/api/recipes/" + created.ID, Headers: []string{"If-Match", `"1"`}},
		} {
			answer := ada.Do(t, call.Method, call.Path, c.body, call.Headers...)
			require.Equal(t, http.StatusUnprocessableEntity, answer.Status, "%s: %s", name, answer.Body)
			require.Contains(t, answer.Problem(t).Fields(), c.field, "%s: %s", name, answer.Body)
		}
	}
	require.Equal(t, []string{"Kept"}, ada.Search(t).Names())
	require.Equal(t, int64(1), ada.Get(t, created.ID).Recipe(t).Version)
}

// An unreadable body is refused with the right status, and never with a 5xx.
func brokenBodies(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "bodies-ada", "--grocery")
	created, _ := ada.Create(t, larder.Named("Kept"))
	for name, body := range map[string]string{
		"cut off":        `{"name":`,
		"not JSON":       `name=soup`,
		"two values":     `{"name":"a"}{"name":"b"}`,
		"trailing comma": `{"name":"a",}`,
		"invalid UTF-8":  "{\"name\":\"a\xff\"}",
		"lone surrogate": `{"name":"\ud800"}`,
		"too deep":       strings.Repeat("[", 20_000),
		"no number":      `{"name":"a","servings":1e999}`,
	} {
		require.Equal(t, http.StatusBadRequest, ada.Do(t, http.MethodPost, "/api/recipes", body).Status, name)
	}
	for _, body := range []string{`[]`, `null`, `"x"`, `7`} {
		ada.Do(t, http.MethodPost, "/api/recipes", body).Want(t, http.StatusUnprocessableEntity)
	}
	ada.Do(t, http.MethodPost, "/api/recipes", nil).Want(t, http.StatusBadRequest)
	ada.Do(t, http.MethodPost, "/api/recipes", `{"name":"a"}`, "Content-Type", "text/plain").Want(t, http.StatusUnsupportedMediaType)
	large := `{"name":"a","notes":"` + strings.Repeat("a", 1<<20) + `"}`
	tooLarge := ada.Do(t, http.MethodPost, "/api/recipes", large).Want(t, http.StatusRequestEntityTooLarge)
	require.Contains(t, tooLarge.Problem(t).Detail, "1048576", "the limit is said")

	for _, body := range []string{
		`{"servings":0}`, `{"servings":"x"}`, `{"ingredients":[0.5]}`, `{"ingredients":[-1]}`, `{"ingredients":[]}`, `{"what":1}`,
	} {
		ada.Do(t, http.MethodPost, "/api/recipes/"+created.ID+"/grocery", body).Want(t, http.StatusUnprocessableEntity)
	}
	for body, status := range map[string]int{
		`{`: 400, `{}`: 422, `{"username":"a"}`: 422, `{"username":1,"password":"x"}`: 422, `{"username":"a","password":"x","more":1}`: 422,
	} {
		s.Client().Do(t, http.MethodPost, "/api/session", body).Want(t, status)
	}
	require.Equal(t, []string{"Kept"}, ada.Search(t).Names())
}

// An invalid id, parameter, header or method is refused with the right status, never a 5xx.
func brokenAddresses(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "addresses-ada", "--grocery")
	created, _ := ada.Create(t, larder.Named("Kept"))
	refused := []int{http.StatusBadRequest, http.StatusUnprocessableEntity}
	for _, id := range []string{"x", "%00", "..%2f..", "0190c4f4-0000-7000-8000-00000000000g", strings.Repeat("1", 3000), "%ff", "'"} {
		for _, call := range everyCall(created.ID) {
			if !strings.Contains(call.Path, created.ID) {
				continue
			}
			call.Path = strings.Replace(call.Path, created.ID, id, 1)
			answer := ada.Do(t, call.Method, call.Path, call.Body, call.Headers...)
			require.Contains(t, append(refused, http.StatusNotFound), answer.Status, "%s %s", call.Method, call.Path)
			answer.Problem(t)
		}
	}
	for _, path := range []string{
		"/api/recipes?limit=0", "/api/recipes?limit=101", "/api/recipes?limit=x", "/api/recipes?q=%ff", "/api/recipes?q=%00",
		"/api/recipes?cursor=zz", "/api/recipes?q=" + strings.Repeat("a", 201), "/api/changes?since=-1", "/api/changes?since=x",
		"/api/changes?since=99999999999999999999", "/api/changes?since=0&limit=0", "/api/events?since=x",
	} {
		answer := ada.Do(t, http.MethodGet, path, nil)
		require.Contains(t, refused, answer.Status, path)
		answer.Problem(t)
	}
	for _, after := range []string{"x", created.ID, created.ID + "@", created.ID + "@x", created.ID + "@-1", "@1"} {
		require.Less(t, ada.Get(t, created.ID, "Larder-After", after).Status, 500, after)
	}
	ada.Do(t, http.MethodPatch, "/api/recipes/"+created.ID, `{}`).Want(t, http.StatusMethodNotAllowed)
	ada.Do(t, http.MethodGet, "/api/nothing", nil).Want(t, http.StatusNotFound)
	require.Equal(t, []string{"Kept"}, ada.Search(t).Names())
}

// Text in every script comes back unchanged, and is found by its words.
func unicodeText(t *testing.T, s *larder.Server) {
	t.Helper()
	ada := s.AddUser(t, "unicode-ada")
	for name, word := range map[string]string{
		"麻婆豆腐 Mapo Tofu":               "mapo",
		"Ψωμί με ελιές":                "ψωμι",
		"Борщ со сметаной":             "борщ",
		"Smørrebrød":                   "smorrebrod",
		"Groß\u00admutters Spätzle":    "spatzle",
		"\U0001f967 Pie of \U0001f469": "pie",
		"مرق العدس":                    "العدس",
		"Crème brûlée":                 "BRULEE",
	} {
		created, _ := ada.Create(t, larder.Named(name))
		require.Equal(t, name, created.Name)
		require.Equal(t, name, ada.Get(t, created.ID).Recipe(t).Name)
		require.Contains(t, ada.Search(t, "q", word).Names(), name, "search %q", word)
	}
	// Visually identical text is equal, however it was typed.
	decomposed, _ := ada.Create(t, larder.Named("Cafe\u0301 glace\u0301"))
	require.Equal(t, "Caf\u00e9 glac\u00e9", decomposed.Name)
}
