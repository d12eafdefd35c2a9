package readyourwrites_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"larder.dev/internal/readyourwrites"
	"larder.dev/internal/redis"
	"larder.dev/internal/testkit"
)

const (
	owner  = "6f6b1c1e-0b1f-4a53-9d1c-1d2f3a4b5c6d"
	recipe = "0190a7c4-5f0e-7b7e-9c3a-2f6d1c0e8a55"
)

// A command's After survives the round trip.
func TestAfterRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		after := readyourwrites.After{
			ID:      rapid.StringMatching(`[0-9a-f-]{36}`).Draw(t, "id"),
			Version: rapid.Int64Min(1).Draw(t, "version"),
		}
		read, err := readyourwrites.Parse(after.String())
		require.NoError(t, err)
		require.Equal(t, after, read)
	})
}

// No header requires nothing.
func TestNoHeader(t *testing.T) {
	t.Parallel()
	after, err := readyourwrites.Parse("")
	require.NoError(t, err)
	require.True(t, after.IsZero())
	require.Empty(t, after.String())
}

// A header that no command returned is refused, and nothing of it gets into a key.
func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, header := range []string{
		"@", "@1", "a@", "a", "a@b", "a@0", "a@-1", "a@1.5", "a@1@2", "a b@1", "a:b@1", "ä@1", "a@+ 1",
		"a@99999999999999999999", strings.Repeat("a", 128) + "@1",
	} {
		_, err := readyourwrites.Parse(header)
		require.ErrorIs(t, err, readyourwrites.ErrBadAfter, header)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("0190a7c4@3")
	f.Add("@")
	f.Fuzz(func(t *testing.T, header string) {
		after, err := readyourwrites.Parse(header)
		if err != nil || after.IsZero() {
			return
		}
		again, err := readyourwrites.Parse(after.String())
		require.NoError(t, err)
		require.Equal(t, after, again)
	})
}

func marks(t *testing.T) (*readyourwrites.Marks, *redis.Client) {
	t.Helper()
	client, err := redis.Open(t.Context(), testkit.Redis(t))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return readyourwrites.NewMarks(client), client
}

// A read finds the owner's last write, and the version of each written thing.
func TestNoteAndLast(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	marks, client := marks(t)
	last, _, err := marks.Last(ctx, owner)
	require.NoError(t, err)
	require.True(t, last.IsZero())

	after := readyourwrites.After{ID: recipe, Version: 3}
	require.NoError(t, marks.Note(ctx, owner, 7, after))
	require.NoError(t, marks.Note(ctx, owner, 8, readyourwrites.After{ID: "other", Version: 1}))

	last, _, err = marks.Last(ctx, owner)
	require.NoError(t, err)
	require.Equal(t, readyourwrites.After{ID: "other", Version: 1}, last)

	values, err := client.MGet(ctx, readyourwrites.Key(owner, recipe), readyourwrites.Key(owner, "other"), readyourwrites.Key(owner, "none"))
	require.NoError(t, err)
	require.EqualValues(t, 3, readyourwrites.Version(values[0]))
	require.EqualValues(t, 1, readyourwrites.Version(values[1]))
	require.Zero(t, readyourwrites.Version(values[2]))

	ttl, err := client.TTL(ctx, readyourwrites.Key(owner, recipe))
	require.NoError(t, err)
	require.Positive(t, ttl, "a mark goes away by itself")
}

// Two writes noted in the wrong order leave the later one's marks.
func TestNotesOutOfOrder(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	marks, client := marks(t)
	require.NoError(t, marks.Note(ctx, owner, 10, readyourwrites.After{ID: recipe, Version: 10}))
	require.NoError(t, marks.Note(ctx, owner, 9, readyourwrites.After{ID: recipe, Version: 9}))
	last, _, err := marks.Last(ctx, owner)
	require.NoError(t, err)
	require.Equal(t, readyourwrites.After{ID: recipe, Version: 10}, last)
	value, _, err := client.Get(ctx, readyourwrites.Key(owner, recipe))
	require.NoError(t, err)
	require.EqualValues(t, 10, readyourwrites.Version(value))
}

// A Redis that lost its marks has a new era, and one that kept them the same.
func TestEra(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	marks, client := marks(t)
	_, first, err := marks.Last(ctx, owner)
	require.NoError(t, err)
	require.NotEmpty(t, first)
	_, same, err := marks.Last(ctx, "another")
	require.NoError(t, err)
	require.Equal(t, first, same)
	_, err = client.DeletePrefix(ctx, "")
	require.NoError(t, err)
	_, other, err := marks.Last(ctx, owner)
	require.NoError(t, err)
	require.NotEqual(t, first, other)
}

// One owner's marks don't affect another.
func TestMarksAreTheOwners(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	marks, client := marks(t)
	require.NoError(t, marks.Note(ctx, owner, 1, readyourwrites.After{ID: recipe, Version: 1}))
	last, _, err := marks.Last(ctx, "another")
	require.NoError(t, err)
	require.True(t, last.IsZero())
	_, found, err := client.Get(ctx, readyourwrites.Key("another", recipe))
	require.NoError(t, err)
	require.False(t, found)
}

// Erasing an owner deletes all their marks, and nobody else's.
func TestEraseMarks(t *testing.T) {
	t.Parallel()
	ctx := testkit.Context(t)
	marks, client := marks(t)
	for _, who := range []string{owner, "another"} {
		require.NoError(t, marks.Note(ctx, who, 1, readyourwrites.After{ID: recipe, Version: 1}))
		require.NoError(t, marks.Note(ctx, who, 2, readyourwrites.After{ID: "other", Version: 1}))
	}
	erased, err := marks.Erase(ctx, owner)
	require.NoError(t, err)
	require.Equal(t, 3, erased)
	left, err := client.CountPrefix(ctx, "")
	require.NoError(t, err)
	require.Equal(t, 3, left)
	last, _, err := marks.Last(ctx, owner)
	require.NoError(t, err)
	require.True(t, last.IsZero())
}

// Without Redis a write can't be noted, which is distinguished from other failures.
func TestMarksWithoutRedis(t *testing.T) {
	t.Parallel()
	client, err := redis.Open(t.Context(), "redis://127.0.0.1:1")
	require.NoError(t, err)
	marks := readyourwrites.NewMarks(client)
	_, _, err = marks.Last(testkit.Context(t), owner)
	require.ErrorIs(t, err, redis.ErrUnavailable)
	err = marks.Note(testkit.Context(t), owner, 1, readyourwrites.After{ID: recipe, Version: 1})
	require.ErrorIs(t, err, redis.ErrUnavailable)
}
