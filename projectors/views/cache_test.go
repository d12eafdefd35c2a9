package views_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
	"pgregory.net/rapid"

	"larder.dev/events"
	"larder.dev/projectors/views"
)

// Decoding returns what was encoded, for any version and body.
func TestCachedRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		version := rapid.Int64Min(1).Draw(t, "version")
		body := append(rapid.SliceOf(rapid.Byte()).Draw(t, "body"), `"rating":`...)
		more := rapid.Bool().Draw(t, "more")
		got, err := views.DecodeCached(views.EncodeCached(events.Recipe{Version: version}, body, more))
		require.NoError(t, err)
		require.Equal(t, version, got.Version)
		require.Equal(t, string(body), string(got.Body))
		require.Equal(t, more, got.Understood)
		require.False(t, got.Outdated)
	})
}

// The head of a cached recipe has its summary; if the summary doesn't fit, it isn't found, and a
// tombstone has none.
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
		value := views.EncodeCached(recipe, body, false)
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

// Values from before summaries are decoded, and report that their head isn't enough.
func TestCachedWithoutSummary(t *testing.T) {
	t.Parallel()
	cached, err := views.DecodeCached([]byte(`3 {"id":"soup","name":"Soup"}`))
	require.NoError(t, err)
	require.EqualValues(t, 3, cached.Version)
	require.Equal(t, "Soup", gjson.GetBytes(cached.Body, "name").Str)
	_, _, found, err := views.DecodeHead([]byte(`3 {"id":"soup"}`))
	require.NoError(t, err)
	require.False(t, found)
}

// Values from before rows were parsed are decoded with their parts.
func TestCachedBeforeRowsWereUnderstood(t *testing.T) {
	t.Parallel()
	for body, understood := range map[string]bool{
		`{"id":"soup","ingredients":[{"text":"2 cans (400 g each) tomatoes","quantity":null,"unit":"","name":"","section":"Top"}]}`: true,
		`{"id":"soup","ingredients":[{"text":"200 g <rice>","quantity":200,"unit":"g","name":"rice"}]}`:                             false,
	} {
		cached, err := views.DecodeCached([]byte(`3 {"id":"soup","tags":[]}` + "\n" + body))
		require.NoError(t, err)
		require.Equal(t, understood, cached.Understood, body)
		require.Positive(t, gjson.GetBytes(cached.Body, "ingredients.0.quantity").Num)
		require.Equal(t, understood, gjson.GetBytes(cached.Body, "ingredients.0.second.quantity").Num == 400)
		require.NotContains(t, string(cached.Body), `\u003c`)

		require.True(t, cached.Outdated)
		// An earlier version's reader takes everything after the summary as the recipe.
		_, rest, _ := bytes.Cut(views.EncodeCached(events.Recipe{Version: 3}, cached.Body, understood), []byte("\n"))
		require.JSONEq(t, string(cached.Body), string(rest))
	}
	_, err := views.DecodeCached([]byte("3 {}\n{\"id\":"))
	require.ErrorIs(t, err, views.ErrBadCached)
}

// A value that lacks the newest fields is completed for clients, and says that the database may
// have more; it keeps its mark.
func TestCachedBeforeTheNewestFields(t *testing.T) {
	t.Parallel()
	for mark, understood := range map[string]bool{"\n": false, "\t": true} {
		cached, err := views.DecodeCached([]byte(`3 {"id":"soup","tags":[]}` + "\n" + mark + `{"id":"soup","name":"\"rating\":","version":3}`))
		require.NoError(t, err)
		require.True(t, cached.Outdated)
		require.Equal(t, understood, cached.Understood)
		require.True(t, gjson.GetBytes(cached.Body, "nutrition").IsObject())

		whole, err := views.DecodeCached(views.EncodeCached(events.Recipe{Version: 3}, cached.Body, understood))
		require.NoError(t, err)
		require.Equal(t, views.Cached{Version: 3, Body: cached.Body, Understood: understood}, whole)
	}
}

// A summary is sent to clients unchanged, so an invalid list item is refused or built again: broken
// JSON, and null tags from an earlier version.
func TestHeadThatIsNoItem(t *testing.T) {
	t.Parallel()
	_, _, _, err := views.DecodeHead([]byte("3 {\"id\":\n{}")) //nolint:dogsled // only the error matters
	require.ErrorIs(t, err, views.ErrBadCached)
	_, _, found, err := views.DecodeHead([]byte("3 {\"id\":\"soup\",\"tags\":null}\n{}"))
	require.NoError(t, err)
	require.False(t, found)
}

// An empty body distinguishes a tombstone from a recipe.
func TestTombstoneHasNoBody(t *testing.T) {
	t.Parallel()
	cached, err := views.DecodeCached(views.EncodeTombstone(7))
	require.NoError(t, err)
	require.EqualValues(t, 7, cached.Version)
	require.Empty(t, cached.Body)
}

// Foreign bytes are refused and never cause a panic.
func FuzzDecodeCached(f *testing.F) {
	for _, seed := range []string{"", " ", "1", "1 {}", "-1 {}", "x {}", "99999999999999999999 {}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		_, _, _, _ = views.DecodeHead(value)
		cached, err := views.DecodeCached(value)
		if err != nil {
			require.ErrorIs(t, err, views.ErrBadCached)
			return
		}
		require.Positive(t, cached.Version)
	})
}
