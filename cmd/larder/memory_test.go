package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Memory is released once after each load: not while it lasts, and not again while nothing happens.
func TestRestBeginsOnceAfterALoad(t *testing.T) {
	t.Parallel()
	load := rest{allocated: allocatedBytes()}
	require.Positive(t, load.allocated)
	var total uint64
	load = rest{}
	for _, check := range []struct {
		allocated uint64
		begins    bool
	}{
		{allocated: 100 << 20}, // a load
		{allocated: 1 << 20, begins: true},
		{allocated: 1 << 20},
		{allocated: restAllocations}, // another
		{allocated: restAllocations - 1, begins: true},
		{allocated: 0},
	} {
		total += check.allocated
		require.Equal(t, check.begins, load.begins(total), "%d allocated", check.allocated)
	}
}
