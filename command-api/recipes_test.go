package commandapi_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/testkit"
)

func nopLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

const pancakes = `{
	"name": " Pancakes ", "description": "Thin\r\nones", "servings": 4, "prep_minutes": 10, "cook_minutes": null,
	"yield": " 8 pieces", "total_minutes": 45, "author": "Ada", "language": "en_gb", "nutrition": {"calories": "90 kcal"},
	"source_url": "https://example.org/p", "tags": ["Sweet", "sweet", "quick"], "notes": "<3 & more",
	"ingredients": [
		{"text": "250 g flour"},
		{"quantity": 2, "quantity_max": 3, "name": "eggs", "section": "Wet"},
		{"text": "500 ml milk", "quantity": 500, "unit": "ml", "name": "milk"}
	],
	"steps": [{"text": "Mix."}, {"text": "Fry.", "section": "Pan"}]
}`

// A new recipe is stored as the rules normalize it; answer, event and tables agree.
func TestCreateKeepsTheWholeRecipe(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})

	created := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes))
	r := created.recipe(t)
	require.Equal(t, "Pancakes", r.Name)
	require.Equal(t, "Thin\nones", r.Description)
	require.Equal(t, []string{"Sweet", "quick"}, r.Tags)
	require.Equal(t, "2-3 eggs", r.Ingredients[1].Text)
	require.Equal(t, events.Ingredient{Text: "250 g flour", Quantity: new(250.0), Unit: "g", Name: "flour"}, r.Ingredients[0], "what was typed is understood")
	require.Equal(t, "<3 & more", r.Notes)
	require.Equal(t, int64(1), r.Version)
	require.Equal(t, `"1"`, created.Header().Get("ETag"))
	require.Equal(t, "/api/recipes/"+r.ID, created.Header().Get("Location"))
	require.Equal(t, r.ID+"@1", created.Header().Get("Larder-After"))
	require.NotNil(t, r.Files)

	var data []byte
	require.NoError(t, l.pool.QueryRow(testkit.Context(t), `SELECT data FROM event_log WHERE subject = $1`,
		events.RecipeSubject(ada.id, r.ID)).Scan(&data))
	require.Equal(t, created.Body.String(), string(data), "the event carries the bytes of the answer")
	require.Equal(t, 3, l.count(`SELECT count(*) FROM ingredients WHERE recipe_id = $1`, r.ID))
	require.Equal(t, []string{"recipe.created@1#2"}, l.ledger(ada.id))

	// A refused replacement returns the recipe as read back from the tables.
	refused := ada.must(http.StatusPreconditionFailed, ada.send("PUT", "/api/recipes/"+r.ID, pancakes, "If-None-Match", "*"))
	current, err := json.Marshal(refused.json(t)["current"])
	require.NoError(t, err)
	require.JSONEq(t, created.Body.String(), string(current))
}

// Versions, preconditions and tombstones: an id's version only ever grows.
func TestPutAndDeleteFollowTheVersion(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	path := "/api/recipes/" + uuid.NewString()

	ada.must(http.StatusPreconditionRequired, ada.send("PUT", path, `{"name":"a"}`))
	ada.must(http.StatusNotFound, ada.send("PUT", path, `{"name":"a"}`, "If-Match", `"1"`))
	ada.must(http.StatusCreated, ada.send("PUT", path, `{"name":"a"}`, "If-None-Match", "*"))
	two := ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"b","ingredients":[{"text":"salt"}]}`, "If-Match", `"1"`))
	require.Equal(t, int64(2), two.recipe(t).Version)

	stale := ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"c"}`, "If-Match", `"1"`))
	require.EqualValues(t, 2, stale.json(t)["current_version"])
	require.Equal(t, "application/problem+json", stale.Header().Get("Content-Type"))
	require.Empty(t, stale.Header().Get("Larder-After"))
	ada.must(http.StatusPreconditionFailed, ada.send("DELETE", path, "", "If-Match", `"1"`))
	ada.must(http.StatusBadRequest, ada.send("PUT", path, `{"name":"c"}`, "If-Match", `2`))
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"c"}`, "If-Match", `W/"2", "9"`))

	gone := ada.must(http.StatusNoContent, ada.send("DELETE", path, ""))
	require.True(t, strings.HasSuffix(gone.Header().Get("Larder-After"), "@4"))
	ada.must(http.StatusNotFound, ada.send("DELETE", path, ""))
	ada.must(http.StatusNotFound, ada.send("PUT", path, `{"name":"d"}`, "If-Match", "*"))
	again := ada.must(http.StatusCreated, ada.send("PUT", path, `{"name":"d"}`, "If-None-Match", "*"))
	require.Equal(t, int64(5), again.recipe(t).Version)
	require.Empty(t, again.recipe(t).Ingredients)
	require.Equal(t, []string{
		"recipe.created@1#2", "recipe.updated@2#3", "recipe.updated@3#4", "recipe.deleted@4#5", "recipe.created@5#6",
	}, l.ledger(ada.id), "refusals draw no number")
}

// Nobody can change, probe for or take over another user's recipe, or even its id.
func TestRecipesBelongToTheirUser(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, bob := l.user("ada", commandapi.Access{Grocery: true}), l.user("bob", commandapi.Access{Grocery: true})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + r.ID

	bob.must(http.StatusNotFound, bob.send("DELETE", path, ""))
	bob.must(http.StatusNotFound, bob.send("PUT", path, `{"name":"x"}`, "If-Match", "*"))
	bob.must(http.StatusNotFound, bob.send("POST", path+"/grocery", "{}"))
	bob.must(http.StatusCreated, bob.send("PUT", path, `{"name":"bob's"}`, "If-None-Match", "*"))
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"ada's"}`, "If-Match", `"1"`))
	nobody := &caller{t: t, handler: l.api.Handler()}
	nobody.must(http.StatusUnauthorized, nobody.send("POST", "/api/recipes", pancakes))
	nobody.must(http.StatusUnauthorized, nobody.send("DELETE", path, ""))
}

// An event of common length takes less than half its size in the ledger, and is answered unchanged.
func TestLedgerPacksEvents(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	rows := strings.TrimSuffix(strings.Repeat(`{"text":"100 g of flour, sifted","quantity":100,"unit":"g","name":"flour","note":"sifted"},`, 7), ",")
	answer := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"Bread","ingredients":[`+rows+`]}`)).Body.String()
	require.Less(t, len(answer), 2000, "Postgres packs longer ones by itself")
	require.Equal(t, []string{answer}, lines(t, l.pool, `SELECT data::text FROM event_log WHERE type = 'recipe.created'`))
	require.Equal(t, []string{"true"}, lines(t, l.pool,
		`SELECT (pg_column_size(l.*) < octet_length(data::text) * 0.6)::text FROM event_log l WHERE type = 'recipe.created'`))
}

// A repeated key returns the first answer, even a refusal, and nothing is done twice.
func TestRepeatedKeyGivesTheFirstAnswer(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{Grocery: true})

	first := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes, "Idempotency-Key", "k1"))
	second := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes, "Idempotency-Key", "k1"))
	require.Equal(t, first.Body.String(), second.Body.String())
	require.Equal(t, "true", second.Header().Get("Idempotent-Replayed"))
	for _, name := range []string{"ETag", "Location", "Larder-After", "Content-Type"} {
		require.Equal(t, first.Header().Get(name), second.Header().Get(name), name)
	}
	require.Equal(t, []string{"0"}, lines(t, l.pool, `SELECT octet_length(body)::text FROM idempotency_keys WHERE key = 'k1'`),
		"the ledger has the answer's text, and once is enough")
	reused := ada.must(http.StatusUnprocessableEntity, ada.send("POST", "/api/recipes", `{"name":"other"}`, "Idempotency-Key", "k1"))
	require.Contains(t, reused.Body.String(), "Idempotency-Key")

	path := "/api/recipes/" + first.recipe(t).ID
	ada.must(http.StatusUnprocessableEntity, ada.send("DELETE", path, "", "Idempotency-Key", "k1"))
	ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"x"}`, "If-Match", `"2"`, "Idempotency-Key", "k2"))
	ada.must(http.StatusOK, ada.send("PUT", path, `{"name":"y"}`, "If-Match", `"1"`))
	ada.must(http.StatusPreconditionFailed, ada.send("PUT", path, `{"name":"x"}`, "If-Match", `"2"`, "Idempotency-Key", "k2"))

	list := ada.must(http.StatusUnprocessableEntity, ada.send("POST", path+"/grocery", "", "Idempotency-Key", "k3"))
	require.Contains(t, list.Body.String(), "the recipe has none")
	for range 2 {
		ada.must(http.StatusNoContent, ada.send("DELETE", path, "", "Idempotency-Key", "k4"))
	}
	require.Equal(t, []string{"recipe.created@1#2", "recipe.updated@2#3", "recipe.deleted@3#4"}, l.ledger(ada.id))
}

// A command sent many times concurrently is done once, and every caller gets the same answer.
func TestConcurrentRepeatsAreDoneOnce(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	id := uuid.NewString()
	requests := []func() answer{
		func() answer { return ada.send("POST", "/api/recipes", pancakes, "Idempotency-Key", "post") },
		func() answer {
			return ada.send("PUT", "/api/recipes/"+id, pancakes, "If-None-Match", "*", "Idempotency-Key", "put")
		},
	}
	for _, request := range requests {
		answers := make([]answer, 12)
		var group sync.WaitGroup
		for i := range answers {
			group.Go(func() { answers[i] = request() })
		}
		group.Wait()
		for _, a := range answers {
			require.Equal(t, http.StatusCreated, a.Code, a.Body.String())
			require.Equal(t, answers[0].Body.String(), a.Body.String())
		}
	}
	require.Len(t, l.ledger(ada.id), 2)
	require.Equal(t, 2, l.count(`SELECT count(*) FROM recipes`))
}

// Concurrent writes of one user get change numbers and ledger ids in the same order, without gaps.
func TestChangesOfAUserAreInTheOrderOfTheLedger(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for n := range 5 {
				ada.send("POST", "/api/recipes", fmt.Sprintf(`{"name":"r%d-%d"}`, i, n))
			}
		})
	}
	group.Wait()
	want := make([]string, 40)
	for i := range want {
		want[i] = fmt.Sprintf("recipe.created@1#%d", i+2)
	}
	require.Equal(t, want, l.ledger(ada.id))
}

// The chosen rows go to the grocery list, scaled, if the user has access to it.
func TestGroceryScalesTheChosenRows(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada, bob := l.user("ada", commandapi.Access{Grocery: true}), l.user("bob", commandapi.Access{})
	r := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	path := "/api/recipes/" + r.ID + "/grocery"

	asked := ada.must(http.StatusAccepted, ada.send("POST", path, `{"servings":8,"ingredients":[2,0]}`, "Idempotency-Key", "g"))
	var grocery events.Grocery
	require.NoError(t, json.Unmarshal(asked.Body.Bytes(), &grocery))
	require.Len(t, grocery.Items, 2)
	require.Equal(t, "500 g flour", grocery.Items[0].Text)
	require.InDelta(t, 1000, *grocery.Items[1].Quantity, 0)
	require.Equal(t, r.ID+"@1", asked.Header().Get("Larder-After"))
	ada.must(http.StatusAccepted, ada.send("POST", path, `{"servings":8,"ingredients":[2,0]}`, "Idempotency-Key", "g"))
	ada.must(http.StatusAccepted, ada.send("POST", path, ""))
	require.Equal(t, []string{"recipe.created@1#2", "grocery.requested@1#3", "grocery.requested@1#4"}, l.ledger(ada.id))

	wrong := ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{"ingredients":[0,7]}`))
	require.Contains(t, wrong.Body.String(), "ingredients[1]")
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{"servings":0}`))
	ada.must(http.StatusUnprocessableEntity, ada.send("POST", path, `{"ingredients":[]}`))

	own := bob.must(http.StatusCreated, bob.send("POST", "/api/recipes", pancakes)).recipe(t)
	refused := bob.must(http.StatusForbidden, bob.send("POST", "/api/recipes/"+own.ID+"/grocery", ""))
	require.Contains(t, refused.Body.String(), "no access to the grocery app")
	_, err := l.api.Users().Grant(testkit.Context(t), "bob", commandapi.Access{Grocery: true})
	require.NoError(t, err)
	bob.must(http.StatusAccepted, bob.send("POST", "/api/recipes/"+own.ID+"/grocery", ""))
}

// Each refusal names the field at fault and is never a 5xx.
func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{Grocery: true})
	long := strings.Repeat("x", 201)
	for name, c := range map[string]struct {
		body   string
		status int
		field  string
	}{
		"no name":           {`{}`, 422, "name"},
		"blank name":        {`{"name":" "}`, 422, "name"},
		"long name":         {`{"name":"` + long + `"}`, 422, "name"},
		"nul":               {`{"name":"a\u0000b"}`, 422, "name"},
		"control character": {`{"name":"a","notes":"\u001b[31m"}`, 422, "notes"},
		"line end in line":  {`{"name":"a","ingredients":[{"text":"a\nb"}]}`, 422, "ingredients[0].text"},
		"empty row":         {`{"name":"a","ingredients":[{"text":"b"},{"unit":"g"}]}`, 422, "ingredients[1].text"},
		"unknown field":     {`{"name":"a","colour":"red"}`, 422, "colour"},
		"unknown in row":    {`{"name":"a","steps":[{"text":"b","colour":"red"}]}`, 422, "steps[0]"},
		"wrong type":        {`{"name":7}`, 422, "name"},
		"fraction":          {`{"name":"a","prep_minutes":1.5}`, 422, "prep_minutes"},
		"negative":          {`{"name":"a","prep_minutes":-1}`, 422, "prep_minutes"},
		"no servings":       {`{"name":"a","servings":0}`, 422, "servings"},
		"two-line source":   {`{"name":"a","source_url":"Oma\nErna"}`, 422, "source_url"},
		"range upside down": {`{"name":"a","ingredients":[{"name":"b","quantity":3,"quantity_max":2}]}`, 422, "ingredients[0].quantity_max"},
		"broken":            {`{"name":`, 400, ""},
		"not utf-8":         {"{\"name\":\"\xff\"}", 400, ""},
		"lone surrogate":    {`{"name":"\ud800"}`, 400, ""},
		"huge number":       {`{"name":"a","servings":1e999}`, 400, ""},
		"empty":             {``, 400, ""},
		"too large":         {`{"name":"a","notes":"` + strings.Repeat("y", 1<<20) + `"}`, 413, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := ada.send("POST", "/api/recipes", c.body, "Content-Type", "application/json")
			require.Equal(t, c.status, a.Code, a.Body.String())
			require.Equal(t, "application/problem+json", a.Header().Get("Content-Type"))
			if c.field != "" {
				require.Contains(t, a.Body.String(), `"field":"`+c.field)
			}
		})
	}
	ada.must(http.StatusBadRequest, ada.send("DELETE", "/api/recipes/7", ""))
	ada.must(http.StatusNotFound, ada.send("POST", "/api/nothing", ""))
	ada.must(http.StatusMethodNotAllowed, ada.send("PATCH", "/api/recipes", ""))
	ada.must(http.StatusBadRequest, ada.send("POST", "/api/recipes", `{"name":"a"}`, "Idempotency-Key", "\xff"))
	ada.must(http.StatusUnsupportedMediaType, ada.send("POST", "/api/recipes", `{"name":"a"}`, "Content-Type", "text/plain"))
}

// A recipe of the maximum size is stored; one too long for an event is refused, as the relay could
// never publish it.
func TestTheLargestRecipes(t *testing.T) {
	t.Parallel()
	l := newLarderWithStream(t)
	ada := l.user("ada", commandapi.Access{})
	steps := func(n int) string {
		step := `{"text":"` + strings.Repeat("<", 5000) + `"}`
		return `{"name":"a","steps":[` + strings.TrimSuffix(strings.Repeat(step+",", n), ",") + `]}`
	}
	ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", steps(190)))
	ada.must(http.StatusRequestEntityTooLarge, ada.send("POST", "/api/recipes", steps(199)))
	// Even if that only shows inside the transaction, which is then rolled back.
	path := "/api/recipes/" + uuid.NewString()
	for range 20 {
		ada.must(http.StatusRequestEntityTooLarge, ada.send("PUT", path, steps(199), "If-None-Match", "*"))
	}
	ada.must(http.StatusNotFound, ada.send("DELETE", path, ""))
	n, err := l.relay.Drain(testkit.Context(t))
	require.NoError(t, err)
	require.Equal(t, 2, n)
}

// Sending back what was read creates no version: the answer is the unchanged recipe, and neither
// ledger nor stream has anything new. The same holds for the lines alone, and with a key.
func TestASaveThatChangesNothingMakesNoVersion(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	first := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes))
	path := first.Header().Get("Location")
	for _, body := range []string{first.Body.String(), pancakes} {
		for range 2 {
			again := ada.must(http.StatusOK, ada.send("PUT", path, body, "If-Match", `"1"`, "Idempotency-Key", strconv.Itoa(len(body))))
			require.Equal(t, first.Body.String(), again.Body.String())
			require.Equal(t, `"1"`, again.Header().Get("ETag"))
			require.Equal(t, first.Header().Get("Larder-After"), again.Header().Get("Larder-After"))
		}
	}
	require.Equal(t, []string{"recipe.created@1#2"}, l.ledger(ada.id))

	// Changing one character is a change, of that line only.
	want := first.recipe(t)
	changed := ada.must(http.StatusOK, ada.send("PUT", path, strings.ReplaceAll(first.Body.String(), `"250 g flour"`, `"350 g flour"`), "If-Match", `"1"`)).recipe(t)
	want.Ingredients[0].Text, want.Ingredients[0].Quantity = "350 g flour", new(350.0)
	want.Version, want.UpdatedAt = 2, changed.UpdatedAt
	require.Equal(t, want, changed)
	require.Equal(t, []string{"recipe.created@1#2", "recipe.updated@2#3"}, l.ledger(ada.id))
}

// A grocery request changes no recipe, so searches still wait for the write before it.
func TestGroceryRequestKeepsTheLastWrite(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("Ada", commandapi.Access{Grocery: true})
	first := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	second := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes)).recipe(t)
	ada.must(http.StatusAccepted, ada.send("POST", "/api/recipes/"+first.ID+"/grocery", ""))
	last, _, err := readyourwrites.NewMarks(l.deps.Redis).Last(testkit.Context(t), ada.id)
	require.NoError(t, err)
	require.Equal(t, readyourwrites.After{ID: second.ID, Version: second.Version}, last)
}
