package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Retention of deleted recipes is given in days or hours; one that would forget them at once is
// refused.
func TestKeptFor(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"90d": 2160 * time.Hour, "0": 0, "0d": 0, "1h": time.Hour, "2160h": 2160 * time.Hour} {
		var kept keptFor
		require.NoError(t, kept.UnmarshalText([]byte(text)), text)
		require.Equal(t, want, time.Duration(kept), text)
		var again keptFor
		require.NoError(t, again.UnmarshalText([]byte(kept.String())))
		require.Equal(t, kept, again, "%s is read as it is said", kept)
	}
	for _, text := range []string{"", "90", "-1d", "-1h", "59m", "1s", "d", "99999999d", "ninety"} {
		require.Error(t, new(keptFor).UnmarshalText([]byte(text)), text)
	}
}
