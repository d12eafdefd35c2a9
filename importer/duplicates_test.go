package importer_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
