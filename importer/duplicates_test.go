package importer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/importer"
	"larder.dev/internal/ledger"
	"larder.dev/recipe"
)

// A recipe that is there already is left out and named, unless it is to be kept all the same; a dry
// run shows it beside what is there.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	first := c.await(c.begin(map[string]any{"html": page("Soup"), "url": "https://example.com/soup"}), "done").Created[0].ID
	again := c.await(c.begin(map[string]any{"html": page("Soup"), "url": "https://example.com/soup"}), "done")
	require.Empty(t, again.Created)
	require.Equal(t, []duplicate{{Number: 1, Duplicates: []string{first}}}, again.Duplicates)
	require.Len(t, c.recipes(), 1)

	body, err := json.Marshal(map[string]any{"html": page("Soup"), "url": "https://example.com/soup"})
	require.NoError(t, err)
	answer := c.do(http.MethodPost, "/api/imports?dry_run=true", "application/json", strings.NewReader(string(body)))
	require.Contains(t, string(answer.body), `"duplicates":["`+first+`"]`)

	kept := c.begin(map[string]any{"html": page("Soup"), "url": "https://example.com/soup", "duplicates": "keep"})
	require.Len(t, c.await(kept, "done").Created, 1)
	require.Len(t, c.recipes(), 2)
}

// barley is a soup with as many grams of barley; its address says which recipe it is.
func barley(grams int) map[string]any {
	return map[string]any{
		"html": fmt.Sprintf(`<script type="application/ld+json">{"@type": "Recipe", "name": "Barley soup",
			"recipeIngredient": ["%d g barley"]}</script>`, grams),
		"url": "https://example.com/barley", "duplicates": "replace",
	}
}

// A recipe that is there already gets a new version in one step with its event; undoing restores the
// version before, unless somebody has changed or deleted the recipe since.
func TestReplaceDuplicates(t *testing.T) {
	t.Parallel()
	c := newWorld(t).cook()
	first := c.await(c.begin(barley(100)), "done").Created[0].ID
	rows := func() string { return c.recipes()[first].Ingredients[0].Text }

	again := c.await(c.begin(barley(100)), "done")
	require.Empty(t, again.Replaced, "the same content is no new version")
	require.Len(t, again.Duplicates, 1)

	second := c.await(c.begin(barley(200)), "done")
	require.Equal(t, []replaced{{ID: first, Name: "Barley soup", Number: 1, Version: 2}}, second.Replaced)
	require.Equal(t, 1, second.Done)
	require.Empty(t, second.Created)
	require.Equal(t, "200 g barley", rows())
	require.Equal(t, []string{"import.requested", "import.recipe-read", "import.recipe-replaced", "import.finished"}, c.steps(second.ID))

	third := c.await(c.begin(barley(300)), "done")
	require.Equal(t, []string{first}, c.undo(second.ID).Kept, "the third import has changed it since")
	require.Equal(t, "300 g barley", rows())
	undone := c.undo(third.ID)
	require.Empty(t, undone.Kept)
	require.True(t, undone.Replaced[0].Restored)
	require.Equal(t, "200 g barley", rows())
	require.Equal(t, int64(4), c.recipes()[first].Version, "its history is kept")

	fourth := c.await(c.begin(barley(400)), "done")
	_, err := c.commands.DeleteUnchanged(t.Context(), c.id, first, nil)
	require.NoError(t, err)
	require.Empty(t, c.undo(fourth.ID).Kept)
	require.Empty(t, c.recipes(), "what a cook has deleted stays deleted")
}

// Each recipe is replaced once, by the first that is like it, also if the process is killed between
// committing a replacement and hearing of it, or between restoring and hearing of that.
func TestReplacedOnce(t *testing.T) {
	t.Parallel()
	var replaced, restored atomic.Int32
	killed := errors.New("killed")
	c := newWorld(t, func(d *importer.Deps) {
		replace, restore := d.Replace, d.Restore
		d.Replace = func(ctx context.Context, user, id string, at func(int64) bool, draft recipe.Draft, beside ledger.Beside) error {
			if err := replace(ctx, user, id, at, draft, beside); err != nil || replaced.Add(1) > 1 {
				return err
			}
			return killed
		}
		d.Restore = func(ctx context.Context, user, id string, at func(int64) bool, earlier int64, beside ledger.Beside) error {
			if err := restore(ctx, user, id, at, earlier, beside); err != nil || restored.Add(1) > 1 {
				return err
			}
			return killed
		}
	}).cook()
	ids := map[string]bool{}
	for _, created := range c.await(c.upload("two.json", dishes("1 l stock", "tea")), "done").Created {
		ids[created.ID] = true
	}
	twice := bytes.Replace(dishes("2 l stock", "3 tea"), []byte("]\n"), append([]byte(","), dishes("4 l stock")[1:]...), 1)
	contentType, body := form(t, "three.json", twice)
	answer := c.do(http.MethodPost, "/api/imports?duplicates=replace", contentType, body)
	var begun begun
	require.NoError(t, json.Unmarshal(answer.body, &begun))
	done := c.await(begun.ID, "done")
	require.Len(t, done.Replaced, 2)
	require.Len(t, done.Duplicates, 1, "the third is like the first")
	require.Equal(t, int32(2), replaced.Load())
	for id, r := range c.recipes() {
		require.True(t, ids[id])
		require.Equal(t, int64(2), r.Version)
	}
	require.Empty(t, c.undo(done.ID).Kept)
	require.Equal(t, int32(2), restored.Load())
	require.Len(t, c.recipes(), 2)
	for _, r := range c.recipes() {
		require.Equal(t, int64(3), r.Version)
		require.Contains(t, []string{"1 l stock", "tea"}, r.Ingredients[0].Text)
	}
}

// dishes is a collection of a recipe per row, each with an address of its own.
func dishes(rows ...string) []byte {
	list := make([]map[string]any, len(rows))
	for n, row := range rows {
		list[n] = map[string]any{
			"@type": "Recipe", "name": fmt.Sprintf("Dish %d", n), "recipeIngredient": []string{row},
			"url": fmt.Sprintf("https://example.com/%d", n),
		}
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return append(text, '\n')
}

// undo takes an import back and waits for it.
func (c *cook) undo(id string) shown {
	c.t.Helper()
	require.Equal(c.t, http.StatusAccepted, c.do(http.MethodPost, "/api/imports/"+id+"/undo", "", nil).status)
	return c.await(id, "undone")
}
