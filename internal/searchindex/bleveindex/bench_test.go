package bleveindex_test

import (
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
)

const manyDocs = 100_000

// many makes documents with names of two to five words out of some thousand, with a skewed word
// frequency.
func many(n int) []searchindex.Document {
	syllables := strings.Fields("ba cho co da fe gra ho ka la mo na pa po ri sa so ta to ve zu")
	word := func(seed int) string {
		seed = seed * seed % 7919 * (seed % 13) % 4000
		return syllables[seed%20] + syllables[seed/20%20] + syllables[seed/400%20]
	}
	docs := make([]searchindex.Document, 0, n)
	for i := range n {
		words := make([]string, 0, 5)
		for j := range 2 + i%4 {
			words = append(words, word(i*7+j*31))
		}
		name := strings.Join(words, " ")
		docs = append(docs, searchindex.Document{
			ID: uuid.NewSHA1(uuid.Nil, []byte(fmt.Sprint(i))).String(), Owner: "01957a3e-0000-7000-8000-000000000001",
			Name: name, Tags: []string{fmt.Sprintf("tag %d", i%50), "all"}, Version: 1,
		})
	}
	return docs
}

func fill(b *testing.B, docs []searchindex.Document) *bleveindex.Index {
	b.Helper()
	index, err := bleveindex.Open(b.TempDir(), bleveindex.Options{Log: slog.New(slog.DiscardHandler)})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, index.Close()) })
	for len(docs) > 0 {
		n := min(500, len(docs))
		require.NoError(b, index.Apply(b.Context(), docs[:n]))
		docs = docs[n:]
	}
	return index
}

// BenchmarkSearch searches 100,000 documents of one owner. The first, a middle and the last page of
// a listing must cost the same.
func BenchmarkSearch(b *testing.B) {
	docs := many(manyDocs)
	index := fill(b, docs)
	owner := docs[0].Owner
	bench(b, index, "listing/first", searchindex.Query{Owner: owner})
	bench(b, index, "listing/middle", searchindex.Query{Owner: owner, Cursor: cursorAfter(b, index, owner, manyDocs/2)})
	last := cursorAfter(b, index, owner, manyDocs-searchindex.DefaultLimit)
	bench(b, index, "listing/last", searchindex.Query{Owner: owner, Cursor: last})
	bench(b, index, "tag", searchindex.Query{Owner: owner, Tags: []string{"tag 7"}})
	for _, text := range []string{"c", "ch", "cho", "chocola", "graba", "grbaa", "chocola pa", "p c"} {
		bench(b, index, "words/"+strings.ReplaceAll(text, " ", "+"), searchindex.Query{Owner: owner, Text: text})
	}
}

func cursorAfter(b *testing.B, index *bleveindex.Index, owner string, hits int) string {
	b.Helper()
	page, err := index.Search(b.Context(), searchindex.Query{Owner: owner, Limit: hits})
	require.NoError(b, err)
	return page.Next
}

func bench(b *testing.B, index *bleveindex.Index, name string, query searchindex.Query) {
	b.Helper()
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		total := 0
		for b.Loop() {
			page, err := index.Search(b.Context(), query)
			if err != nil {
				b.Fatal(err)
			}
			total = page.Total
		}
		b.ReportMetric(float64(total), "matches")
	})
}

// BenchmarkApply writes durably, one document at a time and in batches.
func BenchmarkApply(b *testing.B) {
	for _, size := range []int{1, 100, 1000} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			index := fill(b, nil)
			docs := many(size)
			version := int64(0)
			for b.Loop() {
				version++
				for i := range docs {
					docs[i].Version = version
				}
				require.NoError(b, index.Apply(b.Context(), docs))
			}
			b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "docs/s")
		})
	}
}

// BenchmarkMemory reports an index of 10,000 documents' memory: the heap after a collection, and
// the growth of the resident set.
func BenchmarkMemory(b *testing.B) {
	docs := many(10_000)
	for b.Loop() {
		heapBefore, residentBefore := memory(b)
		index := fill(b, docs)
		for _, text := range []string{"", "c", "cho"} {
			_, err := index.Search(b.Context(), searchindex.Query{Owner: docs[0].Owner, Text: text})
			require.NoError(b, err)
		}
		heap, resident := memory(b)
		b.ReportMetric(heap-heapBefore, "heap-MB")
		b.ReportMetric(resident-residentBefore, "resident-MB")
		runtime.KeepAlive(index)
	}
}

func memory(b *testing.B) (heap, resident float64) {
	b.Helper()
	debug.FreeOSMemory() // the level that a long-running process settles at
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return float64(stats.HeapAlloc) / 1e6, 0
	}
	var size, pages float64
	_, err = fmt.Sscan(string(statm), &size, &pages)
	require.NoError(b, err)
	return float64(stats.HeapAlloc) / 1e6, pages * float64(os.Getpagesize()) / 1e6
}
