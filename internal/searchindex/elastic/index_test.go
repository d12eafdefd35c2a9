package elastic_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/elastic"
	"larder.dev/internal/searchindex/searchindextest"
	"larder.dev/internal/testkit"
)

func options(t testing.TB, alias string, shards int) elastic.Options {
	t.Helper()
	return elastic.Options{
		URL: testkit.Elasticsearch(t), Alias: alias, Shards: shards, Log: slog.New(slog.DiscardHandler),
	}
}

func open(t testing.TB, alias string, shards int) *elastic.Index {
	t.Helper()
	index, err := elastic.Open(options(t, alias, shards))
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, index.Close())
		require.NoError(t, index.Drop(context.WithoutCancel(t.Context())))
	})
	return index
}

func someAlias() string { return "test-" + strings.ToLower(rand.Text()) }

// The index passes the suite of every index.
func TestIndex(t *testing.T) {
	t.Parallel()
	searchindextest.Run(t, func(t *testing.T) searchindex.Index {
		t.Helper()
		return open(t, someAlias(), 1)
	})
}

// A second process finds the first one's index, with its contents.
func TestOpenAgain(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	first := open(t, alias, 3)
	requireFresh(t, first, true)
	doc := searchindex.Document{ID: "1", Owner: "a,b", Name: "Pie", Version: 7}
	require.NoError(t, first.Apply(t.Context(), []searchindex.Document{doc}))

	second := open(t, alias, 3)
	requireFresh(t, second, false)
	page, err := second.Search(t.Context(), searchindex.Query{Owner: "a,b", Text: "pie", Names: true})
	require.NoError(t, err)
	require.Equal(t, []searchindex.Hit{{ID: "1", Name: "Pie", Version: 7}}, page.Hits)
}

func requireFresh(t *testing.T, index *elastic.Index, want bool) {
	t.Helper()
	fresh, err := index.Fresh(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, fresh)
}

// A mere reader doesn't create the index: whoever fills it must find it fresh. Losing it under a
// writing process is an error, and the next process finds it fresh.
func TestMissing(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	reader, writer := open(t, alias, 1), open(t, alias, 1)
	require.NoError(t, reader.Ready(t.Context()))
	_, err := reader.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.ErrorIs(t, err, searchindex.ErrUnavailable)
	_, err = reader.Version(t.Context(), "ada", "1")
	require.ErrorIs(t, err, searchindex.ErrUnavailable)
	erased, err := reader.Erase(t.Context(), "ada")
	require.NoError(t, err)
	require.Zero(t, erased)

	requireFresh(t, writer, true)
	pie := []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}
	require.NoError(t, writer.Apply(t.Context(), pie))
	page, err := reader.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.NoError(t, err)
	require.Equal(t, 1, page.Total)

	require.NoError(t, writer.Drop(t.Context()))
	err = writer.Apply(t.Context(), pie)
	require.Error(t, err)
	require.NotErrorIs(t, err, searchindex.ErrBadDocument)
	_, err = reader.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.Error(t, err)
	requireFresh(t, open(t, alias, 1), true)
}

// An index of an older layout is neither searched nor written until it is rebuilt, even by another
// process. A newer one is left alone.
func TestOutdated(t *testing.T) {
	t.Parallel()
	alias, pie := someAlias(), []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}
	older := open(t, alias, 1)
	require.NoError(t, older.Apply(t.Context(), pie))

	newer, err := elastic.OpenAs(options(t, alias, 1), elastic.Layout+1)
	require.NoError(t, err)
	requireOutdated(t, newer)
	requireFresh(t, newer, false)
	erased, err := newer.Erase(t.Context(), "ada")
	require.NoError(t, err, "a user is erased from whatever there is")
	require.Equal(t, 1, erased)

	other, err := elastic.OpenAs(options(t, alias, 1), elastic.Layout+1)
	require.NoError(t, err)
	next, err := newer.Rebuild(t.Context())
	require.NoError(t, err)
	require.NoError(t, next.Apply(t.Context(), pie))
	require.NoError(t, next.Commit(t.Context()))
	for _, index := range []*elastic.Index{newer, other} {
		page, err := index.Search(t.Context(), searchindex.Query{Owner: "ada", Text: "pie"})
		require.NoError(t, err)
		require.Equal(t, 1, page.Total)
		require.NoError(t, index.Ready(t.Context()))
		require.NoError(t, index.Apply(t.Context(), pie))
	}

	again := open(t, alias, 1)
	requireOutdated(t, again)
	_, err = again.Rebuild(t.Context())
	require.ErrorIs(t, err, searchindex.ErrOutdated)
}

func requireOutdated(t *testing.T, index *elastic.Index) {
	t.Helper()
	doc := searchindex.Document{ID: "2", Owner: "ada", Name: "Pie", Version: 1}
	require.ErrorIs(t, index.Apply(t.Context(), []searchindex.Document{doc}), searchindex.ErrOutdated)
	_, err := index.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	_, err = index.Version(t.Context(), "ada", "1")
	require.ErrorIs(t, err, searchindex.ErrOutdated)
	require.NoError(t, index.Ready(t.Context()), "it can be rebuilt")
}

// A server that is down, or read-only, is distinguished from an invalid request, and a search ends
// in time for the fallback.
func TestUnavailable(t *testing.T) {
	t.Parallel()
	proxy := testkit.NewProxy(t, testkit.Elasticsearch(t))
	given := options(t, someAlias(), 1)
	drop := open(t, given.Alias, 1)
	given.URL = proxy.URL()
	index, err := elastic.Open(given)
	require.NoError(t, err)
	pie := []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}
	require.NoError(t, index.Apply(t.Context(), pie))

	for name, disturb := range map[string]func(){"cut": proxy.Cut, "frozen": proxy.Freeze} {
		disturb()
		start := time.Now()
		_, err := index.Search(t.Context(), searchindex.Query{Owner: "ada"})
		require.ErrorIs(t, err, searchindex.ErrUnavailable, name)
		_, err = index.Version(t.Context(), "ada", "1")
		require.ErrorIs(t, err, searchindex.ErrUnavailable, name)
		require.ErrorIs(t, index.Ready(t.Context()), searchindex.ErrUnavailable, name)
		require.Less(t, time.Since(start), 20*time.Second, name)
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		require.ErrorIs(t, index.Apply(ctx, pie), searchindex.ErrUnavailable, name)
		cancel()
		proxy.Mend()
		page, err := index.Search(t.Context(), searchindex.Query{Owner: "ada"})
		require.NoError(t, err, name)
		require.Equal(t, 1, page.Total, name)
	}
	require.NoError(t, index.Close())
	require.NoError(t, drop.Ready(t.Context()))
}

// An invalid address is refused without repeating its password.
func TestBadAddress(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "localhost:9200", "ftp://elastic:secret@localhost", "http://elastic:secret@local host"} {
		_, err := elastic.Open(elastic.Options{URL: address, Alias: "recipes"})
		require.ErrorContains(t, err, "http://user:password@host:9200", address)
		require.NotContains(t, err.Error(), "secret")
	}
}

// The longest names of owners and documents stay distinct.
func TestLongNames(t *testing.T) {
	t.Parallel()
	index := open(t, someAlias(), 1)
	owner := strings.Repeat("o", 256)
	var docs []searchindex.Document
	for i := range 3 {
		docs = append(docs, searchindex.Document{
			ID: strings.Repeat("i", 255) + fmt.Sprint(i), Owner: owner, Name: strings.Repeat("long ", 4000) + strings.Repeat("x", 50_000), Version: 1,
		})
	}
	require.NoError(t, index.Apply(t.Context(), docs))
	page, err := index.Search(t.Context(), searchindex.Query{Owner: owner, Text: "long"})
	require.NoError(t, err)
	require.Equal(t, 3, page.Total)
}

// Elasticsearch cuts off a query over its time limit, reporting it like an unavailable shard.
func TestCost(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	searchindextest.RunCost(t, open(t, alias, 1), func() {
		// Each iteration must be slow and its result used: a script may loop at most a million
		// times.
		const script = "long end = System.nanoTime() + 60000000L; String s = '0123456789'; for (int i = 0; i < 14; i++) { s = s + s } " +
			"int n = 0; while (System.nanoTime() < end) { n += s.indexOf('no') } return n < 0"
		actions, err := json.Marshal(map[string]any{"actions": []any{map[string]any{"add": map[string]any{
			"index": alias + "-*", "alias": alias, "filter": map[string]any{"script": map[string]any{"script": script}},
		}}}})
		require.NoError(t, err)
		address := testkit.Elasticsearch(t) + "/_aliases"
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(actions))
		require.NoError(t, err)
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode)
	})
}
