package searchindex_test

import (
	"testing"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/searchindextest"
)

// Select passes the suite of every index.
func TestSelect(t *testing.T) {
	t.Parallel()
	searchindextest.Run(t, func(*testing.T) searchindex.Index { return searchindextest.NewReference() })
}

// Select stops when a query reaches its cost limit.
func TestSelectCost(t *testing.T) {
	t.Parallel()
	searchindextest.RunCost(t, searchindextest.NewReference(), func() {})
}
