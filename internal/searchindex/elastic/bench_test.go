package elastic_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/elastic"
)

func fill(b *testing.B, index *elastic.Index, owner string, n int) {
	b.Helper()
	var docs []searchindex.Document
	for i := range n {
		docs = append(docs, searchindex.Document{
			ID: fmt.Sprintf("%06d", i), Owner: owner, Version: 1,
			Name: fmt.Sprintf("Pork %d with %d apples", i%977, i),
		})
	}
	require.NoError(b, index.Apply(b.Context(), docs))
}

// One document written until it is found: the delay that a quiet system's user sees.
func BenchmarkApplyOne(b *testing.B) {
	index := open(b, someAlias(), 1)
	fill(b, index, "ada", 20_000)
	version := int64(1)
	for b.Loop() {
		version++
		doc := searchindex.Document{ID: "000001", Owner: "ada", Name: "Pie", Version: version}
		require.NoError(b, index.Apply(b.Context(), []searchindex.Document{doc}))
	}
}

// Documents into a rebuild.
func BenchmarkRebuild(b *testing.B) {
	index := open(b, someAlias(), 1)
	const n = 2000
	next, err := index.Rebuild(b.Context())
	require.NoError(b, err)
	round := 0
	for b.Loop() {
		round++
		var docs []searchindex.Document
		for i := range n {
			docs = append(docs, searchindex.Document{ID: fmt.Sprintf("%d-%d", round, i), Owner: fmt.Sprint("o", i%100), Name: "Pork with apples", Version: 1})
		}
		require.NoError(b, next.Apply(b.Context(), docs))
	}
	b.ReportMetric(float64(round*n)/b.Elapsed().Seconds(), "docs/s")
	require.NoError(b, next.Abort(b.Context()))
}

// Pages of one owner's 100,000 documents cost the same at any position.
func BenchmarkSearch(b *testing.B) {
	index := open(b, someAlias(), 1)
	fill(b, index, "ada", 100_000)
	for _, text := range []string{"", "pork 976", "prok aples 99"} {
		query := searchindex.Query{Owner: "ada", Text: text}
		b.Run("first/"+text, func(b *testing.B) { searchAgain(b, index, query) })
		page, err := index.Search(b.Context(), searchindex.Query{Owner: "ada", Text: text, Limit: 9000})
		require.NoError(b, err)
		query.Cursor = page.Next
		if query.Cursor != "" {
			b.Run("deep/"+text, func(b *testing.B) { searchAgain(b, index, query) })
		}
	}
}

func searchAgain(b *testing.B, index *elastic.Index, query searchindex.Query) {
	b.Helper()
	for b.Loop() {
		_, err := index.Search(b.Context(), query)
		require.NoError(b, err)
	}
}
