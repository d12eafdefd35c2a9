package httpserver

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// A whole number in any notation is rewritten as Go parses integers; text and other numbers stay.
func TestPlainWholes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"a":1.0,"b":[2.00,1e2,-3.0E0,0.5e1]}`: `{"a":1,"b":[2,100,-3,5]}`,
		`{"a":-0.0,"b":0e9}`:                    `{"a":0,"b":0}`,
		`{"1.0":"1.0 \\\"2.0","b":1.5,"c":7}`:   `{"1.0":"1.0 \\\"2.0","b":1.5,"c":7}`,
		`{"a":1e300,"b":5e-324,"c":1e400}`:      `{"a":1e300,"b":5e-324,"c":1e400}`,
		`9007199254740993.0`:                    `9007199254740992`,
		`1.0`:                                   `1`,
	} {
		require.Equal(t, want, string(plainWholes([]byte(body))), body)
	}
}

// FuzzPlainWholes: the value of valid JSON never changes, and invalid JSON does no harm.
func FuzzPlainWholes(f *testing.F) {
	for _, seed := range []string{`{"a":1.0}`, `"\`, `[1e2,"1.0"]`, `-`, `1.e`, `{"a":"\\"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		plain := plainWholes(body)
		var before, after any
		if json.Unmarshal(body, &before) != nil {
			return
		}
		require.NoError(t, json.Unmarshal(plain, &after))
		require.Equal(t, before, after)
	})
}
