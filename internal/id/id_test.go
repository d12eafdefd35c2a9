package id_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/id"
)

// Every generated id is valid, and no other spelling of it is.
func TestOneSpelling(t *testing.T) {
	t.Parallel()
	for range 100 {
		made := uuid.NewString()
		require.True(t, id.Is(made))
		for _, other := range []string{
			"", strings.ToUpper(made) + "A", "A" + made[1:], "urn:uuid:" + made, "URN:UUID:" + made, "{" + made + "}", strings.ReplaceAll(made, "-", ""),
			made + " ", " " + made, made[:35], made[:35] + "g", made[:8] + "0" + made[9:], "-" + made[1:], made + "\x00",
			made[:35] + "\u0661",
		} {
			require.False(t, id.Is(other), "%q", other)
		}
	}
}
