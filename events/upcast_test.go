package events

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Data of any older version goes through every step up to the current one, in order, and the current one
// is left alone.
func TestUpcastGoesStepByStep(t *testing.T) {
	t.Parallel()
	step := func(name string) upcaster {
		return func(data json.RawMessage) (json.RawMessage, error) {
			return json.RawMessage(strings.TrimSuffix(string(data), `"`) + name + `"`), nil
		}
	}
	h := history{upcasters: []upcaster{step("-two"), step("-three")}}
	require.Equal(t, 3, h.current())
	for from, want := range map[int]string{1: `"one-two-three"`, 2: `"one-three"`, 3: `"one"`} {
		got, err := h.upcast(json.RawMessage(`"one"`), from)
		require.NoError(t, err)
		require.JSONEq(t, want, string(got), "from version %d", from)
	}
}

// A step that can't be taken says which one it was, and keeps its cause.
func TestUpcastNamesTheStepThatFails(t *testing.T) {
	t.Parallel()
	cause := errors.New("no such field")
	h := history{upcasters: []upcaster{
		func(data json.RawMessage) (json.RawMessage, error) { return data, nil },
		func(json.RawMessage) (json.RawMessage, error) { return nil, cause },
	}}
	_, err := h.upcast(json.RawMessage(`{}`), 1)
	require.ErrorIs(t, err, cause)
	require.ErrorContains(t, err, "version 2")
}

// The heading of a recipe is what the whole says, and an event that the whole is refused for is refused.
func TestDecodeHeading(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		recipe := Recipe{ID: "soup", Name: rapid.String().Draw(t, "name"), Version: rapid.Int64Min(1).Draw(t, "version")}
		recipe.Tags = rapid.SliceOf(rapid.String()).Draw(t, "tags")
		data, err := json.Marshal(recipe)
		require.NoError(t, err)
		e := Envelope{
			Type: RecipeUpdated, SchemaVersion: rapid.IntRange(1, CurrentVersion(RecipeUpdated)).Draw(t, "schema"),
			Subject: RecipeSubject("ada", "soup"), Version: recipe.Version, Data: data,
		}
		whole, err := DecodeRecipe(e)
		require.NoError(t, err)
		heading, err := DecodeHeading(e)
		require.NoError(t, err)
		require.Equal(t, Heading{ID: whole.ID, Name: whole.Name, Tags: whole.Tags, Version: whole.Version}, heading)

		e.Version++
		_, err = DecodeHeading(e)
		require.ErrorIs(t, err, ErrMalformed)
		e.Subject = RecipeSubject("ben", "soup")
		_, err = DecodeHeading(e)
		require.ErrorIs(t, err, ErrMalformed)
	})
}

// A recipe of version 1 says of its files what it said, and of their colours that they aren't known.
func TestColorFiles(t *testing.T) {
	t.Parallel()
	got, err := colorFiles(json.RawMessage(`{"name":"Soup","files":[{"id":"f","name":"a.png","media_type":"image/png","size":3,"sha256":"ab"}]}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"name":"Soup","files":[{"id":"f","name":"a.png","media_type":"image/png","size":3,"sha256":"ab","color":""}]}`, string(got))

	bare := json.RawMessage(`{"name":"not \"files\":[] at all","files":[]}`)
	got, err = colorFiles(bare)
	require.NoError(t, err)
	require.Equal(t, bare, got)

	_, err = colorFiles(json.RawMessage(`{"files":7}`))
	require.Error(t, err)
}
