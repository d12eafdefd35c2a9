package postgresserver

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// However much the server writes, the log stays bounded and has the latest lines.
func TestLogfileIsBounded(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "postgres.log")
	log, err := openLogfile(path, 1000)
	require.NoError(t, err)
	for range 100 {
		log.write([]byte(strings.Repeat("x", 99) + "\n"))
	}
	log.write([]byte("the last line\n"))
	require.NoError(t, log.close())

	for _, name := range []string{path, path + ".1"} {
		info, err := os.Stat(name)
		require.NoError(t, err)
		require.LessOrEqual(t, info.Size(), int64(1000))
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(text), "the last line")
	require.True(t, strings.HasSuffix(log.tail(), "the last line"))
	require.LessOrEqual(t, len(log.tail()), 2*tailLimit)
}

// A reopened log is appended to.
func TestLogfileGoesOn(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "postgres.log")
	for _, line := range []string{"one\n", "two\n"} {
		log, err := openLogfile(path, 1000)
		require.NoError(t, err)
		log.write([]byte(line))
		require.NoError(t, log.close())
	}
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "one\ntwo\n", string(text))
}
