package events

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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
