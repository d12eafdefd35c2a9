package searchindextest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// RunCost tries what a query may cost on an empty index: one that costs more says so, instead of giving a part or seeming
// to be one that another engine could answer; others are answered meanwhile. slow makes the search of each document take
// as long as the engine needs to notice.
func RunCost(t *testing.T, index searchindex.Index, slow func()) {
	t.Helper()
	for i := range 8 {
		apply(t, index, doc(fmt.Sprint(i), "Kale pie")) // an engine may look at the clock once for each batch
	}
	apply(t, index, searchindex.Document{ID: "1", Owner: bob, Name: "Kale pie", Version: 1})
	slow()

	costly := searchindex.Query{Owner: ada, Text: "ka"}
	costly.Cost.Time = time.Nanosecond
	_, err := index.Search(t.Context(), costly)
	require.ErrorIs(t, err, searchindex.ErrTooCostly)
	require.NotErrorIs(t, err, searchindex.ErrUnavailable)
	requireFound(t, index, searchindex.Query{Owner: bob, Text: "ka"}, "1")
	costly.Cost.Time = time.Minute
	page, err := index.Search(t.Context(), costly)
	require.NoError(t, err)
	require.Equal(t, 8, page.Total)
}
