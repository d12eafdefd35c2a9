package elastic_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/elastic"
	"larder.dev/internal/searchindex/searchindextest"
	"larder.dev/internal/testkit"
)

// A rebuild recreates a deleted index or alias.
func TestLost(t *testing.T) {
	t.Parallel()
	for what, lose := range map[string]func(t *testing.T, index *elastic.Index, alias string){
		"the index": func(t *testing.T, index *elastic.Index, _ string) {
			t.Helper()
			require.NoError(t, index.Drop(t.Context()))
		},
		"the alias": func(t *testing.T, _ *elastic.Index, alias string) {
			t.Helper()
			remove(t, "/"+alias+"-*/_alias/"+alias)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			alias := someAlias()
			index := open(t, alias, 1)
			requireFresh(t, index, true)
			searchindextest.Loses(t, index, func() { lose(t, index, alias) })
		})
	}
}

// A writer is told that the index is gone, and a reader uses its fallback until it is back.
func TestLostIsSaid(t *testing.T) {
	t.Parallel()
	alias := someAlias()
	writer, reader := open(t, alias, 1), open(t, alias, 1)
	pie := []searchindex.Document{{ID: "1", Owner: "ada", Name: "Pie", Version: 1}}
	require.NoError(t, writer.Apply(t.Context(), pie))
	_, err := reader.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.NoError(t, err)
	require.NoError(t, writer.Drop(t.Context()))
	require.ErrorIs(t, writer.Apply(t.Context(), pie), searchindex.ErrLost)
	require.ErrorIs(t, writer.Apply(t.Context(), pie), searchindex.ErrLost, "also a second time")
	_, err = reader.Search(t.Context(), searchindex.Query{Owner: "ada"})
	require.Error(t, err)
	_, err = reader.Version(t.Context(), "ada", "1")
	require.Error(t, err, "it isn't waited for")
}

func remove(t *testing.T, path string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, testkit.Elasticsearch(t)+path, nil)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusOK, answer.StatusCode)
}
