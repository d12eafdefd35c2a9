package commandapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/exporter"
	"larder.dev/internal/testkit"
	"larder.dev/operate/transfer"
)

// A bad line is reported with its number and the rest is imported; running it again adds nothing.
func TestImportGoesOnAndAddsNothingTwice(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	ada := l.user("ada", commandapi.Access{})
	lines := []string{
		"\ufeff" + `{"name":"First","source":"a.md","ingredients":[{"text":"1\tOnion"}]}`,
		`{"name":""}`,
		``,
		`{broken`,
		`{"name":"First","ingredients":[{"text":"1 Onion"}]}`,
		`{"name":"` + strings.Repeat("x", 1<<20) + `"}`,
		`{"id":"not one","name":"b"}`,
		"{\"name\":\"\xff\"}",
	}
	for i := range 250 {
		lines = append(lines, fmt.Sprintf(`{"name":"Recipe %d"}`, i))
	}
	file := strings.Join(lines, "\n")
	var bad []int
	var last transfer.Progress
	options := transfer.Options{
		BadLine:  func(line int, err error) { require.Error(t, err); bad = append(bad, line) },
		Progress: func(p transfer.Progress) { last = p },
	}
	first, err := transfer.Import(ctx, l.api, ada.id, strings.NewReader(file), options)
	require.NoError(t, err)
	require.Equal(t, []int{2, 4, 6, 7, 8}, bad)
	require.Equal(t, transfer.Progress{Lines: 258, Bytes: int64(len(file)), Added: 251, Skipped: 1, Bad: 5, Unknown: map[string]int{"source": 1}}, first)
	require.Equal(t, first, last)

	second, err := transfer.Import(ctx, l.api, ada.id, strings.NewReader(file), options)
	require.NoError(t, err)
	require.Equal(t, 0, second.Added)
	require.Equal(t, 252, second.Skipped)
	require.Equal(t, 251, l.count(`SELECT count(*) FROM recipes`))
	require.Len(t, l.ledger(ada.id), 251)
}

// A compressed file is recognized by its content, a truncated one is reported, and progress counts
// the bytes as given.
func TestImportReadsGzip(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	ada := l.user("ada", commandapi.Access{})
	whole := packed(t, []byte(`{"name":"First","ingredients":[{"text":"200 g\nrice"}]}`+"\n"+`{"name":"Second"}`))
	result, err := transfer.Import(ctx, l.api, ada.id, bytes.NewReader(whole), transfer.Options{})
	require.NoError(t, err)
	require.Equal(t, transfer.Progress{Lines: 2, Bytes: int64(len(whole)), Added: 2}, result)
	require.Equal(t, 200, l.count(`SELECT quantity::int FROM ingredients WHERE text = '200 g rice' AND unit = 'g' AND name = 'rice'`))

	for _, broken := range [][]byte{whole[:len(whole)-9], whole[:5], {0x1f, 0x8b}} {
		_, err = transfer.Import(ctx, l.api, ada.id, bytes.NewReader(broken), transfer.Options{})
		require.Error(t, err)
	}
}

// An export can be imported, for the same user or another, and yields the same recipes.
func TestExportIsWhatImportReads(t *testing.T) {
	t.Parallel()
	l := newLarder(t)
	ctx := testkit.Context(t)
	ada, bob := l.user("ada", commandapi.Access{}), l.user("bob", commandapi.Access{})
	kept := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", pancakes))
	gone := ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", `{"name":"gone"}`)).recipe(t)
	for i := range 300 {
		ada.must(http.StatusCreated, ada.send("POST", "/api/recipes", fmt.Sprintf(`{"name":"Recipe %d"}`, i)))
	}
	all := l.export(ada)
	require.Equal(t, 302, strings.Count(all, "\n"))
	require.Contains(t, all, kept.Body.String()+"\n")

	ada.must(http.StatusNoContent, ada.send("DELETE", "/api/recipes/"+gone.ID, ""))
	back, err := transfer.Import(ctx, l.api, ada.id, strings.NewReader(all), transfer.Options{})
	require.NoError(t, err)
	require.Equal(t, 1, back.Added, "the deleted one comes back")
	require.Equal(t, 3, l.count(`SELECT version FROM recipes WHERE id = $1 AND deleted_at IS NULL`, gone.ID))

	copied, err := transfer.Import(ctx, l.api, bob.id, strings.NewReader(all), transfer.Options{})
	require.NoError(t, err)
	require.Equal(t, 302, copied.Added)
	require.Equal(t, withoutTimes(t, all), withoutTimes(t, l.export(bob)))
}

// export returns a user's recipes in Larder's own format.
func (l *larder) export(of *caller) string {
	l.t.Helper()
	var all strings.Builder
	out, err := exporter.New(exporter.Larder, &all, exporter.NoPictures{})
	require.NoError(l.t, err)
	require.NoError(l.t, l.api.Recipes(l.t.Context(), of.id, func(page []events.Recipe) error {
		for _, r := range page {
			require.NoError(l.t, out.Recipe(l.t.Context(), r))
		}
		return nil
	}))
	require.NoError(l.t, out.Close())
	return all.String()
}

func withoutTimes(t *testing.T, lines string) []string {
	t.Helper()
	var out []string
	for line := range strings.Lines(lines) {
		before, _, found := strings.Cut(line, `"updated_at"`)
		require.True(t, found)
		out = append(out, before)
	}
	return out
}
