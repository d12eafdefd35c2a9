package searchindex_test

import (
	"testing"

	"larder.dev/internal/searchindex"
	"larder.dev/internal/searchindex/searchindextest"
)

// Select follows the rules that every index follows.
func TestSelect(t *testing.T) {
	t.Parallel()
	searchindextest.Run(t, func(*testing.T) searchindex.Index { return searchindextest.NewReference() })
}

// Select ends when a query has cost what it may.
func TestSelectCost(t *testing.T) {
	t.Parallel()
	searchindextest.RunCost(t, searchindextest.NewReference(), func() {})
}
