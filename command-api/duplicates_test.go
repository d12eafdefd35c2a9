package commandapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/internal/testkit"
	"larder.dev/operate/transfer"
	"larder.dev/recipe"
)

// importing imports lines, and returns how many recipes were added, replaced and left alone.
func (l *larder) importing(ada *caller, on commandapi.OnDuplicate, lines ...string) []int {
	l.t.Helper()
	p, err := transfer.Import(testkit.Context(l.t), l.api, ada.id, strings.NewReader(strings.Join(lines, "\n")), transfer.Options{OnDuplicate: on})
	require.NoError(l.t, err)
	require.Zero(l.t, p.Bad)
	return []int{p.Added, p.Replaced, p.Skipped}
}

// A recipe is there already if one has its source address, or its name and its rows in other
// letters; and then the import skips it, replaces it and keeps its history, or adds it beside.
func TestImportOfWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]string{
		"the same address, another name": `{"name":"Leek soup, improved","source_url":"http://www.example.org/soup/","ingredients":[{"text":"3 leeks"}]}`,
		"the same name and rows":         `{"name":"LEEK  soup!","ingredients":[{"text":"2 leeks"},{"text":"1 L STOCK"}],"notes":"From paper."}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newLarder(t)
			ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
			first := `{"name":"Leek soup","source_url":"https://example.org/soup#print","ingredients":[{"text":"2 Léeks"},{"text":"1 l stock"}]}`
			require.Equal(t, []int{1, 0, 0}, l.importing(ada, "", first))
			require.Equal(t, []int{0, 0, 1}, l.importing(ada, commandapi.SkipDuplicates, again))
			require.Equal(t, []int{0, 1, 0}, l.importing(ada, commandapi.ReplaceDuplicates, again))
			require.Equal(t, []int{0, 0, 1}, l.importing(ada, commandapi.ReplaceDuplicates, again), "it is the same now")
			require.Equal(t, []string{"recipe.created@1#2", "recipe.updated@2#3"}, l.ledger(ada.id))
			require.Equal(t, []int{1, 0, 0}, l.importing(ada, commandapi.KeepDuplicates, again))
			require.Equal(t, []int{1, 0, 0}, l.importing(ada, commandapi.KeepDuplicates, again), "beside the one with its id")
			require.Equal(t, []int{0, 0, 1}, l.importing(ada, commandapi.KeepDuplicates, again), "and that is there now")
			require.Equal(t, []int{1, 0, 0}, l.importing(bob, "", again), "another person's recipes don't count")
		})
	}
}

// Recipes of one import aren't duplicates of each other, whether they share an address or a book;
// and importing them again adds none, in whatever batch.
func TestRecipesOfOnePageAreSeveral(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ada := l.user("ada", commandapi.Access{})
	soup := `{"name":"Soup","source_url":"https://example.org/menu","ingredients":[{"text":"1 leek"}]}`
	bread := `{"name":"Bread","source_url":"https://example.org/menu","ingredients":[{"text":"500 g flour"}]}`
	pie := `{"name":"Pie","source_url":"Grandmother's book","ingredients":[{"text":"5 apples"}]}`
	jam := `{"name":"Jam","source_url":"Grandmother's book","ingredients":[{"text":"1 kg plums"}]}`
	var filler []string
	for i := range 100 {
		filler = append(filler, `{"name":"Recipe `+strings.Repeat("x", i)+`"}`)
	}
	require.Equal(t, []int{104, 0, 0}, l.importing(ada, "", append([]string{soup, pie}, append(filler, bread, jam)...)...))
	require.Equal(t, []int{0, 0, 4}, l.importing(ada, "", soup, bread, pie, jam))

	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+l.id(ada, "Bread"), ""))
	require.Equal(t, []int{1, 0, 1}, l.importing(ada, "", soup, bread), "the soup is the one with the address")

	// An export gives ids, which say which recipe it is.
	copied := `{"id":"0198c5f3-1c2b-7d34-8c55-6a1b2c3d4e5f","name":"Soup","ingredients":[{"text":"1 leek"}]}`
	require.Equal(t, []int{1, 0, 0}, l.importing(ada, "", copied))
	require.Equal(t, []int{0, 1, 0}, l.importing(ada, commandapi.ReplaceDuplicates, strings.Replace(copied, "1 leek", "2 leeks", 1)))

	found, err := l.api.Duplicates(testkit.Context(t), ada.id, []recipe.Draft{{Name: "Pie"}, {Name: "Bread", SourceURL: "https://example.org/menu"}})
	require.NoError(t, err)
	require.Equal(t, [][]string{nil, {l.id(ada, "Bread")}}, found)
}

func (l *larder) id(ada *caller, name string) (id string) {
	l.t.Helper()
	require.NoError(l.t, l.pool.QueryRow(testkit.Context(l.t),
		`SELECT id::text FROM recipes WHERE user_id = $1 AND name = $2 AND deleted_at IS NULL`, ada.id, name).Scan(&id))
	return id
}
