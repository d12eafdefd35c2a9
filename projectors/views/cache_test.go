package views_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/projectors/views"
)

// What was encoded comes back as it was, whatever the version and the body.
func TestCachedRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.Int64Min(1).Draw(t, "version")
		body := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		gotVersion, gotBody, err := views.DecodeCached(views.EncodeCached(events.Recipe{Version: version}, body))
		require.NoError(t, err)
		require.Equal(t, version, gotVersion)
		require.Equal(t, string(body), string(gotBody))
	})
}

// The head of a cached recipe has what a list shows of it; one that doesn't fit says so, and a tombstone has none.
func TestHeadHasTheSummary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		recipe := events.Recipe{
			ID: "soup", Name: rapid.String().Draw(t, "name"), Version: rapid.Int64Min(1).Draw(t, "version"),
			Tags: rapid.SliceOfN(rapid.StringN(0, 60, -1), 0, 20).Draw(t, "tags"), UpdatedAt: time.Unix(1e9, 0).UTC(),
			Notes: rapid.String().Draw(t, "notes"),
		}
		body, err := json.Marshal(recipe)
		require.NoError(t, err)
		var want views.Summary
		require.NoError(t, json.Unmarshal(body, &want))
		value := views.EncodeCached(recipe, body)
		version, summary, found, err := views.DecodeHead(value)
		require.NoError(t, err)
		require.True(t, found)
		require.Equal(t, recipe.Version, version)
		require.JSONEq(t, string(want.JSON()), string(summary))
		_, summary, found, err = views.DecodeHead(value[:min(len(value), views.HeadSize)])
		require.NoError(t, err)
		if found {
			require.JSONEq(t, string(want.JSON()), string(summary))
		}
	})
	version, summary, found, err := views.DecodeHead(views.EncodeTombstone(7))
	require.NoError(t, err)
	require.True(t, found)
	require.EqualValues(t, 7, version)
	require.Empty(t, summary)
}

// What was written before values had summaries is read, and says that its head isn't enough.
func TestCachedWithoutSummary(t *testing.T) {
	t.Parallel()
	version, body, err := views.DecodeCached([]byte(`3 {"id":"soup"}`))
	require.NoError(t, err)
	require.EqualValues(t, 3, version)
	require.JSONEq(t, `{"id":"soup"}`, string(body))
	_, _, found, err := views.DecodeHead([]byte(`3 {"id":"soup"}`))
	require.NoError(t, err)
	require.False(t, found)
}

// A summary goes to the cook as it is, so what isn't an item of a list is refused or read anew: broken JSON, and the tags
// as an earlier version wrote none.
func TestHeadThatIsNoItem(t *testing.T) {
	t.Parallel()
	_, _, _, err := views.DecodeHead([]byte("3 {\"id\":\n{}")) //nolint:dogsled // only the error is asked for
	require.ErrorIs(t, err, views.ErrBadCached)
	_, _, found, err := views.DecodeHead([]byte("3 {\"id\":\"soup\",\"tags\":null}\n{}"))
	require.NoError(t, err)
	require.False(t, found)
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
		_, _, _, _ = views.DecodeHead(value)
		version, _, err := views.DecodeCached(value)
		if err != nil {
			require.ErrorIs(t, err, views.ErrBadCached)
			return
		}
		require.Positive(t, version)
	})
}
