// Package indexkit gives tests a search index: in Elasticsearch if there is one, else the embedded
// one. It is separate from testkit so that only tests that search link the engines' libraries.
package indexkit

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"strings"
	"testing"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/bleveindex"
	"larder.dev/internal/searchindex/elastic"
	"larder.dev/internal/testkit"
)

// Open returns an empty index for this test alone, which is closed after it: behind its own alias
// on LARDER_TEST_ELASTICSEARCH_URL's server, else in a folder.
func Open(tb testing.TB) searchindex.Index {
	tb.Helper()
	if given := os.Getenv("LARDER_TEST_ELASTICSEARCH_URL"); given != "" {
		return openElastic(tb, given)
	}
	return Embedded(tb)
}

// Embedded returns an empty index in a folder for this test alone, even if there is a server.
func Embedded(tb testing.TB) searchindex.Index {
	tb.Helper()
	index, err := bleveindex.Open(tb.TempDir(), bleveindex.Options{Log: testkit.Logger(tb)})
	if err != nil {
		tb.Fatalf("open a search index for a test: %v", err)
	}
	tb.Cleanup(func() {
		if err := index.Close(); err != nil {
			tb.Errorf("close the search index of a test: %v", err)
		}
	})
	return index
}

func openElastic(tb testing.TB, url string) searchindex.Index {
	tb.Helper()
	alias := "test-" + strings.ToLower(rand.Text())
	index, err := elastic.Open(elastic.Options{URL: url, Alias: alias, Log: testkit.Logger(tb)})
	if err != nil {
		tb.Fatalf("open a search index for a test: %v", err)
	}
	tb.Cleanup(func() {
		if err := errors.Join(index.Close(), index.Drop(context.Background())); err != nil {
			tb.Errorf("remove the search index of a test: %v", err)
		}
	})
	return index
}
