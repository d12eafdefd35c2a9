package events

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Data of any older version passes through every step up to the current version, in order; current
// data stays unchanged.
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

// A failed step names its version and wraps its cause.
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

// A version 1 recipe keeps its files, whose colours become unknown.
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
