package main

import (
	"fmt"
	"os"
	"reflect"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/limits"
)

// The defaults are the same on the command line, in the library, and in docs/limits.md.
func TestDefaultLimits(t *testing.T) {
	t.Parallel()
	var given struct{ limiting }
	parser, err := kong.New(&given)
	require.NoError(t, err)
	_, err = parser.Parse(nil)
	require.NoError(t, err)
	require.Equal(t, limits.Defaults(), given.limits())

	page, err := os.ReadFile("../../docs/limits.md")
	require.NoError(t, err)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[limiting]()) {
		row := fmt.Sprintf("(?m)^\\| %#q \\| .* \\| %s \\|$", field.Tag.Get("env"), field.Tag.Get("default"))
		require.Regexp(t, row, string(page))
	}
}

// A limit that isn't two numbers is a usage error.
func TestLimitThatCannotBeRead(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&struct{ limiting }{})
	require.NoError(t, err)
	_, err = parser.Parse([]string{"--limit-searches", "many"})
	require.ErrorContains(t, err, "two numbers")
}
