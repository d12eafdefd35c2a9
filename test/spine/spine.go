// Package spine is the whole way of a recipe, as a Larder's users go it. It runs on every
// arrangement: one process, separate components, containers, functions.
package spine

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"larder.dev/test/larder"
)

// deadline bounds asynchronous effects. It is far longer than any takes.
const deadline = 20 * time.Second

// Walk goes the way: two users import, search, read, change, delete and shop, each on their own;
// the grocery app is notified; the index is rebuilt; and a restart and a kill change nothing. The
// Larder is running, and empty.
func Walk(t *testing.T, server *larder.Server) {
	t.Helper()
	ada := server.AddUser(t, "ada", "--grocery")
	ben := server.AddUser(t, "ben")

	corpus, source := larder.Lines(t, 401)
	t.Logf("401 recipes from %s", source)
	server.MustRun(t, "", "import", "--user", "ada", larder.WriteLines(t, corpus))
	server.MustRun(t, "", "import", "--user", "ben", larder.WriteLines(t, corpus[:50]))

	pagesThroughAll(t, ada, 401)
	pagesThroughAll(t, ben, 50)
	boundary(t, ada, ben)

	soup, _ := ada.Create(t, map[string]any{
		"name": "Crème brûlée of Grandmother", "servings": 4,
		"ingredients": []map[string]any{
			{"text": "1 1/2 cups cream"}, {"quantity": 3, "name": "egg yolks"}, {"text": "vanilla"},
		},
		"steps": []map[string]any{{"text": "Stir."}},
	})
	finds(t, ada, soup.ID)
	changes(t, ada, soup)
	shops(t, server, ada, ben, soup)
	deletes(t, ada, soup)

	server.MustRun(t, "", "rebuild", "search")
	pagesThroughAll(t, ada, 401)
	pagesThroughAll(t, ben, 50)

	server.Restart(t)
	pagesThroughAll(t, ada, 401) // with the session from before
	ada.Get(t, soup.ID).Want(t, http.StatusNotFound)
	server.Kill9(t)
	server.Start(t)
	pagesThroughAll(t, ben, 50)
	server.Settled(t)
}

// pagesThroughAll reads a blank search page by page: everything once, in one order, whatever the
// page size.
func pagesThroughAll(t *testing.T, who *larder.Client, want int) {
	t.Helper()
	larder.Soon(t, deadline, func() string {
		if total := who.Search(t, "limit", "1").Total; total != want {
			return "the search has " + strconv.Itoa(total) + " recipes, want " + strconv.Itoa(want)
		}
		return ""
	})
	small, large := who.All(t, 37), who.All(t, 100)
	require.Equal(t, large, small, "the order does not depend on the page size")
	require.Len(t, small, want)
	seen := map[string]bool{}
	for _, item := range small {
		require.False(t, seen[item.ID], "recipe %s is on two pages", item.ID)
		seen[item.ID] = true
	}
}

// boundary tries one user's recipe with the other's session, in every possible way.
func boundary(t *testing.T, ada, ben *larder.Client) {
	t.Helper()
	secret, _ := ada.Create(t, larder.Named("Secret zabaione"))
	path := "/api/recipes/" + secret.ID
	ben.Get(t, secret.ID).Want(t, http.StatusNotFound)
	ben.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNotFound)
	ben.Do(t, http.MethodPut, path, larder.Named("Mine"), "If-Match", `"1"`).Want(t, http.StatusNotFound)
	ben.Do(t, http.MethodPost, path+"/grocery", map[string]any{}).Want(t, http.StatusForbidden)
	require.Empty(t, ben.Search(t, "q", "zabaione").Items)
	require.Len(t, ada.Search(t, "q", "zabaione").Items, 1)
	for _, change := range ben.Changes(t, 0).Changes {
		require.NotEqual(t, secret.ID, change.ID)
	}
	ada.Do(t, http.MethodDelete, path, nil).Want(t, http.StatusNoContent)
	require.Empty(t, ada.Search(t, "q", "zabaione").Items)
}

// finds searches for a word at any position, in any spelling, as a prefix, or mistyped.
func finds(t *testing.T, who *larder.Client, id string) {
	t.Helper()
	for _, q := range []string{"grandmother", "BRÛLÉE", "brulee", "crem", "grandmohter", "creme of grand"} {
		ids := []string{}
		for _, item := range who.Search(t, "q", q).Items {
			ids = append(ids, item.ID)
		}
		require.Contains(t, ids, id, "search for %q", q)
	}
	require.Empty(t, who.Search(t, "q", "xylophone").Items)
	exact, _ := who.Create(t, larder.Named("Plan of the week"))
	typo, _ := who.Create(t, larder.Named("Plank of salmon, Plam"))
	items := who.Search(t, "q", "plan").Items
	require.Equal(t, exact.ID, items[0].ID, "an exact match comes first")
	for _, recipe := range []larder.Recipe{exact, typo} {
		who.Do(t, http.MethodDelete, "/api/recipes/"+recipe.ID, nil).Want(t, http.StatusNoContent)
	}
}

// changes replaces a recipe by version, and sees it at once in detail, search and changes.
func changes(t *testing.T, who *larder.Client, recipe larder.Recipe) {
	t.Helper()
	path := "/api/recipes/" + recipe.ID
	before := who.Changes(t, 0)
	body := larder.Named("Burnt custard")
	body["servings"] = 4
	body["ingredients"] = []map[string]any{{"text": "1 1/2 cups cream"}, {"quantity": 3, "name": "egg yolks"}, {"text": "vanilla"}}
	answer := who.Do(t, http.MethodPut, path, body, "If-Match", `"1"`).Want(t, http.StatusOK)
	require.Equal(t, recipe.ID+"@2", answer.Header.Get("Larder-After"))
	require.Equal(t, "Burnt custard", who.Get(t, recipe.ID).Want(t, http.StatusOK).Recipe(t).Name)
	require.Len(t, who.Search(t, "q", "custard burnt").Items, 1)
	require.Empty(t, who.Search(t, "q", "grandmother").Items)

	stale := who.Do(t, http.MethodPut, path, body, "If-Match", `"1"`).Want(t, http.StatusPreconditionFailed)
	var conflict struct {
		CurrentVersion int64 `json:"current_version"`
	}
	stale.Decode(t, &conflict)
	require.EqualValues(t, 2, conflict.CurrentVersion)

	detail := who.Get(t, recipe.ID)
	require.Equal(t, `"2"`, detail.Header.Get("ETag"))
	who.Get(t, recipe.ID, "If-None-Match", `"2"`).Want(t, http.StatusNotModified)

	var last larder.Change
	for page := before; len(page.Changes) > 0; page = who.Changes(t, page.Next) {
		last = page.Changes[len(page.Changes)-1]
	}
	require.Equal(t, recipe.ID, last.ID)
	require.EqualValues(t, 2, last.Version)
}

// shops puts a recipe on the grocery list once, for a user with access, and a plain subscriber is
// notified.
func shops(t *testing.T, server *larder.Server, ada, ben *larder.Client, recipe larder.Recipe) {
	t.Helper()
	feed := server.Subscribe(t)
	path := "/api/recipes/" + recipe.ID + "/grocery"
	request := map[string]any{"servings": 8, "ingredients": []int{0, 1}}
	first := ada.Do(t, http.MethodPost, path, request, "Idempotency-Key", "tap-1").Want(t, http.StatusAccepted)
	second := ada.Do(t, http.MethodPost, path, request, "Idempotency-Key", "tap-1").Want(t, http.StatusAccepted)
	require.JSONEq(t, string(first.Body), string(second.Body), "a repeated key gives the first answer")

	added := heard(t, feed)
	require.Equal(t, "Burnt custard", added.Recipe.Name)
	require.Len(t, added.Items, 2)
	require.InDelta(t, 3, *added.Items[0].Quantity, 1e-9)
	require.Equal(t, "cup", added.Items[0].Unit)
	require.InDelta(t, 6, *added.Items[1].Quantity, 1e-9)

	other, _ := ben.Create(t, larder.Named("Bread"))
	refused := ben.Do(t, http.MethodPost, "/api/recipes/"+other.ID+"/grocery", map[string]any{}).Want(t, http.StatusForbidden)
	require.Contains(t, strings.ToLower(refused.Problem(t).Detail), "grocery")
	ben.Do(t, http.MethodDelete, "/api/recipes/"+other.ID, nil).Want(t, http.StatusNoContent)

	server.MustRun(t, "", "rebuild", "grocery")
	marker := ada.Do(t, http.MethodPost, path, map[string]any{"ingredients": []int{2}}).Want(t, http.StatusAccepted)
	var want larder.GroceryRequest
	marker.Decode(t, &want)
	require.Equal(t, want.RequestID, heard(t, feed).RequestID, "neither the second tap nor the rebuild sent it again")
}

func heard(t *testing.T, feed *nats.Subscription) larder.GroceryRequest {
	t.Helper()
	msg, err := feed.NextMsg(deadline)
	require.NoError(t, err, "the grocery app hears of the request")
	require.Equal(t, "grocery.items-added", msg.Header.Get("ce-type"))
	var added larder.GroceryRequest
	require.NoError(t, json.Unmarshal(msg.Data, &added))
	return added
}

func deletes(t *testing.T, who *larder.Client, recipe larder.Recipe) {
	t.Helper()
	who.Do(t, http.MethodDelete, "/api/recipes/"+recipe.ID, nil).Want(t, http.StatusNoContent)
	who.Get(t, recipe.ID).Want(t, http.StatusNotFound)
	require.Empty(t, who.Search(t, "q", "custard").Items)
}
