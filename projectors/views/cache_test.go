package views_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/projectors/views"
)

// What was encoded comes back as it was, whatever the version and the body.
func TestCachedRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.Int64Min(1).Draw(t, "version")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		gotVersion, gotBody, err := views.DecodeCached(views.EncodeCached(version, body))
		require.NoError(t, err)
		require.Equal(t, version, gotVersion)
		require.Equal(t, string(body), string(gotBody))
	})
}

// A tombstone is told from a recipe by its empty body.
func TestTombstoneHasNoBody(t *testing.T) {
	t.Parallel()
	version, body, err := views.DecodeCached(views.EncodeTombstone(7))
	require.NoError(t, err)
	require.EqualValues(t, 7, version)
	require.Empty(t, body)
}

// Bytes that nobody of ours wrote are refused and never panic.
func FuzzDecodeCached(f *testing.F) {
	for _, seed := range []string{"", " ", "1", "1 {}", "-1 {}", "x {}", "99999999999999999999 {}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		version, _, err := views.DecodeCached(value)
		if err != nil {
			require.ErrorIs(t, err, views.ErrBadCached)
			return
		}
		require.Positive(t, version)
	})
}
