package identity

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Hashing leaves half of the CPUs to everything else, however many threads the program has.
func TestPasswordsLeaveProcessorsToOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ threads, processors, want int }{
		{threads: 1, processors: 1, want: 1},
		{threads: 4, processors: 2, want: 1},
		{threads: 1, processors: 16, want: 1}, // a container limited to one
		{threads: 4, processors: 4, want: 2},
		{threads: 16, processors: 16, want: maxAtOnce},
	} {
		require.Equal(t, c.want, atOnce(c.threads, c.processors), "%+v", c)
	}
}
