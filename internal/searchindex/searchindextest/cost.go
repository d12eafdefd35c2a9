package searchindextest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
)

// RunCost tests query limits on an empty index: a query over its limit says so, instead of
// returning a partial result or an error that suggests another engine; others are answered
// meanwhile. slow makes searching each document take as long as the engine needs to notice.
func RunCost(t *testing.T, index searchindex.Index, slow func()) {
	t.Helper()
	for i := range 8 {
		apply(t, index, doc(fmt.Sprint(i), "Kale pie")) // an engine may check the clock once per batch
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
