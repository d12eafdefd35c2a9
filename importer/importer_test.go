package importer_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/importer"
	"larder.dev/internal/ledger"
	"larder.dev/internal/testkit"
	"larder.dev/recipe"
)

func page(name string) string {
	return fmt.Sprintf(`<html lang="en"><script type="application/ld+json">{"@context": "https://schema.org", "@type": "Recipe",
"name": %q, "recipeIngredient": ["1 l stock", "2 leeks"], "recipeInstructions": "Heat it.", "recipeYield": 2}</script></html>`, name)
}

const soupText = "Soup\n\nServes 2\n\nIngredients\n1 l stock\n2 leeks\n\nMethod\n1. Heat the stock.\n2. Add the leeks."

// Text becomes a recipe, step by step, and each step is an event; what was brought is gone from the
// object store at the end.
func TestImportOfText(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	id := c.begin(map[string]any{"text": soupText})
	done := c.await(id, "done")
	require.Equal(t, []string{"import.requested", "import.recipe-read", "import.recipe-written", "import.finished"}, c.steps(id))
	require.Equal(t, 1, done.Total)
	require.Equal(t, 1, done.Done)
	require.Len(t, done.Created, 1)
	require.Equal(t, "Soup", done.Created[0].Name)
	require.Equal(t, "Soup", c.recipes()[done.Created[0].ID].Name)
	require.Empty(t, materials(t, c))
}

// A page is fetched from its address, which becomes the recipe's source; a page as the browser has
// it is taken as it is.
func TestImportOfPages(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/short" {
			http.Redirect(w, r, "/soup", http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, page("Soup"))
	}))
	t.Cleanup(site.Close)
	c := newWorld(t, allowing(site.URL)).cook()
	fetched := c.await(c.begin(map[string]any{"url": site.URL + "/short"}), "done")
	require.Equal(t, site.URL+"/soup", c.recipes()[fetched.Created[0].ID].SourceURL)
	require.Contains(t, c.steps(fetched.ID), "import.fetched")
	given := c.await(c.begin(map[string]any{"html": page("Tea"), "url": "https://example.com/tea"}), "done")
	require.Equal(t, "https://example.com/tea", c.recipes()[given.Created[0].ID].SourceURL)

	answer := c.do(http.MethodGet, "/api/imports", "", nil)
	var list importList
	require.NoError(t, json.Unmarshal(answer.body, &list))
	require.Len(t, list.Items, 2)
	require.Equal(t, given, list.Items[0], "the newest is first")
}

// preview is the answer to a dry run.
type preview struct {
	Recipes []struct {
		Recipe struct {
			Name        string `json:"name"`
			Ingredients []struct {
				Name string `json:"name"`
			} `json:"ingredients"`
		} `json:"recipe"`
	} `json:"recipes"`
	Failed []failure `json:"failed"`
	More   bool      `json:"more"`
}

// A dry run of a large collection is bounded, and says so.
func TestDryRunIsBounded(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	for recipes, more := range map[int]bool{2: false, 2001: true} {
		contentType, body := form(t, "many.json", dishes(make([]string, recipes)...))
		var seen preview
		require.NoError(t, json.Unmarshal(c.do(http.MethodPost, "/api/imports?dry_run=true", contentType, body).body, &seen))
		require.Equal(t, more, seen.More)
		require.Len(t, seen.Recipes, min(recipes, 2000))
	}
}

// A dry run shows what is found and keeps nothing.
func TestDryRun(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	text, err := json.Marshal(map[string]any{"html": page("Soup")})
	require.NoError(t, err)
	answer := c.do(http.MethodPost, "/api/imports?dry_run=true", "application/json", strings.NewReader(string(text)))
	require.Equal(t, http.StatusOK, answer.status, string(answer.body))
	var preview preview
	require.NoError(t, json.Unmarshal(answer.body, &preview))
	require.Len(t, preview.Recipes, 1)
	require.Equal(t, "Soup", preview.Recipes[0].Recipe.Name)
	require.Equal(t, "stock", preview.Recipes[0].Recipe.Ingredients[0].Name)
	contentType, body := form(t, "none.html", []byte("<html><p>Nothing to eat</p></html>"))
	answer = c.do(http.MethodPost, "/api/imports?dry_run=true", contentType, body)
	require.NoError(t, json.Unmarshal(answer.body, &preview))
	require.Empty(t, preview.Recipes)
	require.Len(t, preview.Failed, 1)
	require.Empty(t, c.recipes())
	require.Empty(t, materials(t, c))
	require.JSONEq(t, `{"items": []}`, string(c.do(http.MethodGet, "/api/imports", "", nil).body))
}

// A site that is away is asked again, and its import goes on when it is back.
func TestSiteIsAwayForAWhile(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, page("Soup"))
	}))
	t.Cleanup(site.Close)
	c := newWorld(t, allowing(site.URL), func(d *importer.Deps) { d.Delays.First = 10 * time.Millisecond }).cook()
	id := c.begin(map[string]any{"url": site.URL})
	c.await(id, "done")
	require.Equal(t, []string{
		"import.requested", "import.delayed", "import.delayed", "import.fetched", "import.recipe-read", "import.recipe-written",
		"import.finished",
	}, c.steps(id))
}

// An import that can't succeed fails with a reason that a person can act on.
func TestImportFails(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			w.WriteHeader(http.StatusBadGateway)
		case "/empty":
			_, _ = io.WriteString(w, "<html><p>Nothing to eat</p></html>")
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(site.Close)
	c := newWorld(t, allowing(site.URL), func(d *importer.Deps) {
		d.Delays = importer.Delays{First: time.Millisecond, Last: time.Millisecond, Attempts: 2}
	}).cook()
	ids := map[string]string{}
	for address, reason := range map[string]string{
		site.URL + "/none":         "the site answers 404 Not Found: look whether the address is right",
		site.URL + "/away":         "the site answers 502 Bad Gateway",
		site.URL + "/empty":        "no recipe was found in the page",
		"http://169.254.169.254/":  "the address isn't in the public internet",
		"http://[::ffff:10.0.0.1]": "the address isn't in the public internet",
	} {
		ids[c.begin(map[string]any{"url": address})] = reason
	}
	for id, reason := range ids {
		require.Equal(t, reason, c.await(id, "failed").Reason)
	}
	require.Empty(t, c.recipes())
}

// A repeated request under one key begins one import; another request under it is refused.
func TestRequestIsRepeatable(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	first := c.ask(map[string]any{"text": soupText}, "Idempotency-Key", "soup")
	again := c.ask(map[string]any{"text": soupText}, "Idempotency-Key", "soup")
	require.Equal(t, http.StatusAccepted, again.status)
	require.Equal(t, first.body, again.body)
	require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	require.Equal(t, http.StatusUnprocessableEntity, c.ask(map[string]any{"text": "Tea"}, "Idempotency-Key", "soup").status)
	var begun begun
	require.NoError(t, json.Unmarshal(first.body, &begun))
	c.await(begun.ID, "done")
	require.Len(t, c.recipes(), 1)
	require.Empty(t, materials(t, c))
}

// Nobody sees, cancels or undoes another person's import.
func TestImportBelongsToItsUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, eve := w.cook(), w.cook()
	id := ada.begin(map[string]any{"text": soupText})
	ada.await(id, "done")
	for _, path := range []string{"GET /api/imports/" + id, "DELETE /api/imports/" + id, "POST /api/imports/" + id + "/undo"} {
		method, path, _ := strings.Cut(path, " ")
		require.Equal(t, http.StatusNotFound, eve.do(method, path, "", nil).status, path)
	}
	require.JSONEq(t, `{"items": []}`, string(eve.do(http.MethodGet, "/api/imports", "", nil).body))
	eve.token = "none"
	require.Equal(t, http.StatusUnauthorized, eve.do(http.MethodGet, "/api/imports", "", nil).status)
}

// What isn't one of the things that can be imported is refused, with the reason.
func TestRequestIsChecked(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	for _, body := range []map[string]any{
		{},
		{"url": "ftp://example.com/soup"},
		{"url": "soup"},
		{"text": "Soup", "html": "<p>"},
		{"text": "Soup", "url": "https://example.com"},
		{"text": ""},
		{"text": "Soup", "duplicates": "maybe"},
		{"file": "x"},
	} {
		require.Equal(t, http.StatusUnprocessableEntity, c.ask(body).status, body)
	}
	require.Equal(t, http.StatusUnsupportedMediaType, c.do(http.MethodPost, "/api/imports", "text/plain", strings.NewReader("Soup")).status)
	require.Equal(t, http.StatusBadRequest, c.do(http.MethodPost, "/api/imports", "multipart/form-data; boundary=x",
		strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"\x1d\"\r\n\r\nSoup\r\n--x--\r\n")).status, "a malformed part")
	require.Equal(t, http.StatusRequestEntityTooLarge,
		c.do(http.MethodPost, "/api/imports", "application/json", strings.NewReader(`{"text": "`+strings.Repeat("x", 13<<20)+`"}`)).status)
}

// Undoing deletes what was created, but not what a cook has changed since; undoing again does
// nothing.
func TestUndo(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	id := c.upload("two.json", []byte(`[{"@type": "Recipe", "name": "Soup", "recipeIngredient": ["1 l stock"]},
		{"@type": "Recipe", "name": "Tea", "recipeIngredient": ["tea"]}]`))
	done := c.await(id, "done")
	require.Len(t, done.Created, 2)
	changed := c.recipes()[done.Created[1].ID]
	require.Equal(t, "Tea", changed.Name)
	_, err := c.db.Exec(t.Context(), `UPDATE recipes SET version = 2 WHERE user_id = $1 AND id = $2`, c.id, changed.ID)
	require.NoError(t, err)

	require.Equal(t, http.StatusAccepted, c.do(http.MethodPost, "/api/imports/"+id+"/undo", "", nil).status)
	undone := c.await(id, "undone")
	require.Equal(t, []string{changed.ID}, undone.Kept)
	require.Len(t, c.recipes(), 1)
	steps := c.steps(id)
	require.Equal(t, http.StatusAccepted, c.do(http.MethodPost, "/api/imports/"+id+"/undo", "", nil).status)
	require.Equal(t, steps, c.steps(id))
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/imports/"+id, "", nil).status)
	require.Equal(t, "undone", c.get(id).State, "an import that has ended isn't cancelled")
}

// A cancelled import writes nothing more, what it has written stays, and it can still be undone.
func TestCancel(t *testing.T) {
	t.Parallel()
	reached, goOn := make(chan struct{}), make(chan struct{})
	c := newWorld(t, func(d *importer.Deps) {
		write, count := d.Write, 0
		d.Write = func(ctx context.Context, user, id string, draft recipe.Draft, beside ledger.Beside) error {
			count++
			if count == 2 {
				close(reached)
				<-goOn
			}
			return write(ctx, user, id, draft, beside)
		}
	}).cook()
	id := c.upload("three.json", []byte(`[{"@type": "Recipe", "name": "A", "recipeIngredient": ["a"]},
		{"@type": "Recipe", "name": "B", "recipeIngredient": ["b"]}, {"@type": "Recipe", "name": "C", "recipeIngredient": ["c"]}]`))
	testkit.Wait(t, reached, "the second recipe")
	require.Equal(t, http.StatusNoContent, c.do(http.MethodDelete, "/api/imports/"+id, "", nil).status)
	close(goOn)
	cancelled := c.await(id, "failed")
	require.True(t, cancelled.Cancelled)
	require.Len(t, cancelled.Created, 1)
	require.Equal(t, http.StatusAccepted, c.do(http.MethodPost, "/api/imports/"+id+"/undo", "", nil).status)
	c.await(id, "undone")
	require.Empty(t, c.recipes())
	require.Equal(t, []string{
		"import.requested", "import.recipe-read", "import.recipe-read", "import.recipe-read", "import.recipe-written", "import.cancelled",
		"import.undo-requested", "import.undone",
	}, c.steps(id))
}
