package relay

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"larder.dev/command-api/internal/recipestore"
)

// Waiting time is measured by this process's clock, whatever the events' timestamps.
func TestAgeOfTheBacklog(t *testing.T) {
	t.Parallel()
	var seen sightings
	start := time.Now()
	for _, step := range []struct {
		after       time.Duration
		first, last int64
		age         time.Duration
	}{
		{0, 0, 0, 0},
		{2 * time.Second, 7, 9, 0},
		{4 * time.Second, 7, 12, 2 * time.Second},
		{6 * time.Second, 9, 12, 4 * time.Second},  // 9 was seen with 7
		{8 * time.Second, 10, 12, 4 * time.Second}, // 10 was seen with 12
		{10 * time.Second, 13, 13, 0},
		{12 * time.Second, 0, 0, 0},
		{14 * time.Second, 20, 21, 0},
	} {
		backlog := recipestore.Backlog{First: step.first, Last: step.last, Oldest: start.Add(2 * time.Hour)}
		require.Equal(t, step.age, seen.age(backlog, start.Add(step.after)), "after %s", step.after)
	}
	require.Len(t, seen, 1)
}
