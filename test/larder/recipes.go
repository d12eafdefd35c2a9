package larder

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Lines returns count recipes, one JSON per line, and their source: the corpus beside the
// repository (or in LARDER_CORPUS); if that is missing or too short, the project's samples and
// generated ones.
func Lines(tb testing.TB, count int) (lines [][]byte, source string) {
	tb.Helper()
	path := os.Getenv("LARDER_CORPUS")
	if path == "" {
		path = filepath.Join(filepath.Dir(Root()), "shared", "corpus", "recipes.jsonl")
	}
	lines = readLines(path)
	source = "the corpus"
	if len(lines) < count {
		source = "samples and made-up recipes"
		lines = samples(tb)
		for i := len(lines); i < count; i++ {
			encoded, err := json.Marshal(MadeUp(i))
			require.NoError(tb, err)
			lines = append(lines, encoded)
		}
	}
	return lines[:count], source
}

func samples(tb testing.TB) [][]byte {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(Root(), "samples", "*.jsonl"))
	require.NoError(tb, err)
	var lines [][]byte
	for _, file := range files {
		lines = append(lines, readLines(file)...)
	}
	return lines
}

// readLines returns a file's lines, none if it doesn't exist.
func readLines(path string) [][]byte {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var lines [][]byte
	scanner := bufio.NewScanner(bytes.NewReader(content))
	scanner.Buffer(nil, 2<<20)
	for scanner.Scan() {
		if line := bytes.TrimSpace(scanner.Bytes()); len(line) > 0 {
			lines = append(lines, bytes.Clone(line))
		}
	}
	return lines
}

// WriteLines writes lines to a file for importing, and returns its path.
func WriteLines(tb testing.TB, lines [][]byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "recipes.jsonl")
	require.NoError(tb, os.WriteFile(path, append(bytes.Join(lines, []byte("\n")), '\n'), 0o600))
	return path
}

// MadeUp is a recipe of 8 ingredient rows, different for every number.
func MadeUp(n int) map[string]any {
	kinds := []string{"Soup", "Stew", "Salad", "Pie", "Bread", "Curry", "Gratin", "Dumplings"}
	things := []string{"Leek", "Barley", "Pumpkin", "Lentil", "Cabbage", "Plum", "Chestnut", "Parsnip", "Quince"}
	rows := make([]map[string]any, 8)
	for i := range rows {
		rows[i] = map[string]any{
			"text": fmt.Sprintf("%d g of thing %d, chopped", 100+n%7*10, i), "quantity": 100 + n%7*10,
			"unit": "g", "name": fmt.Sprintf("thing %d", i), "note": "chopped",
		}
	}
	return map[string]any{
		"name":         fmt.Sprintf("%s %s %d", things[n%len(things)], kinds[n/3%len(kinds)], n),
		"description":  "Made up to be one of many, and about as long as the first lines of a real one.",
		"servings":     4,
		"prep_minutes": 10 + n%20,
		"cook_minutes": 20 + n%40,
		"tags":         []string{"made-up", kinds[n/3%len(kinds)]},
		"notes":        "Better the day after.",
		"ingredients":  rows,
		"steps": []map[string]any{
			{"text": "Wash and chop everything that needs it, and put it into the largest pot there is."},
			{"text": "Cook slowly until it is soft. Season, and let it rest before it is served."},
		},
	}
}

// Named is a minimal recipe: a name.
func Named(name string) map[string]any { return map[string]any{"name": name} }

// Create creates a recipe, and returns it with the write's mark.
func (c *Client) Create(tb testing.TB, recipe any) (created Recipe, after string) {
	tb.Helper()
	answer := c.Do(tb, http.MethodPost, "/api/recipes", recipe).Want(tb, http.StatusCreated)
	return answer.Recipe(tb), answer.After()
}

// Get reads a recipe.
func (c *Client) Get(tb testing.TB, id string, headers ...string) Answer {
	tb.Helper()
	return c.Do(tb, http.MethodGet, "/api/recipes/"+id, nil, headers...)
}

// Search requests one page. Params are name, value, name, value.
func (c *Client) Search(tb testing.TB, params ...string) Page {
	tb.Helper()
	query := url.Values{}
	for i := 0; i+1 < len(params); i += 2 {
		query.Add(params[i], params[i+1])
	}
	answer := c.Do(tb, http.MethodGet, "/api/recipes?"+query.Encode(), nil).Want(tb, http.StatusOK)
	var page Page
	answer.Decode(tb, &page)
	return page
}

// Tags requests all tags.
func (c *Client) Tags(tb testing.TB, headers ...string) []Tag {
	tb.Helper()
	var tags []Tag
	c.Do(tb, http.MethodGet, "/api/tags", nil, headers...).Want(tb, http.StatusOK).Decode(tb, &tags)
	return tags
}

// All pages through everything that matches.
func (c *Client) All(tb testing.TB, limit int, params ...string) []Item {
	tb.Helper()
	params = append([]string{"limit", fmt.Sprint(limit)}, params...)
	var items []Item
	for cursor := ""; ; {
		page := c.Search(tb, append(params, "cursor", cursor)...)
		require.LessOrEqual(tb, len(page.Items), limit)
		items = append(items, page.Items...)
		if page.Next == nil {
			require.Len(tb, items, page.Total+page.Similar, "the pages together are the total, and what resembles it")
			return items
		}
		require.NotEmpty(tb, page.Items, "a page with a next one isn't empty")
		cursor = *page.Next
	}
}

// Changes requests the user's changes after a change number.
func (c *Client) Changes(tb testing.TB, since int64) Changes {
	tb.Helper()
	answer := c.Do(tb, http.MethodGet, fmt.Sprintf("/api/changes?since=%d", since), nil).Want(tb, http.StatusOK)
	var changes Changes
	answer.Decode(tb, &changes)
	return changes
}
