package elastic_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/fulldisk"
	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/elastic"
	"larder.dev/internal/testkit"
)

// An index that Elasticsearch blocks because its disk is full is distinguished from an unreachable
// one; it is searchable meanwhile, and writable once the block is gone.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	var mark fulldisk.Mark
	index, err := elastic.Open(elastic.Options{URL: testkit.Elasticsearch(t), Alias: alias, Full: &mark, Log: testkit.Logger(t)})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, index.Close())
		require.NoError(t, index.Drop(context.WithoutCancel(t.Context())))
	})
	pie := []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}
	require.NoError(t, index.Apply(t.Context(), pie))
	require.NoError(t, index.Room(t.Context()))

	block(t, alias, "true") // as Elasticsearch does it
	pie[0].Version++
	err = index.Apply(t.Context(), pie)
	require.ErrorIs(t, err, fulldisk.Err)
	require.ErrorIs(t, err, searchindex.ErrUnavailable)
	require.True(t, mark.Full())
	require.ErrorIs(t, index.Room(t.Context()), fulldisk.Err)
	found, err := index.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.NoError(t, err)
	require.Equal(t, 1, found.Total)

	block(t, alias, "null")
	require.NoError(t, index.Room(t.Context()))
	require.NoError(t, index.Apply(t.Context(), pie))
}

func block(t *testing.T, alias, value string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, testkit.Elasticsearch(t)+"/"+alias+"-*/_settings",
		strings.NewReader(`{"index.blocks.read_only_allow_delete": `+value+`}`))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
