package attachment_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"larder.dev/file-service/internal/attachment"
)

// Names in any language are kept; folders, bidirectional tricks and control characters are removed.
func TestCleanName(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"Zürcher Geschnetzeltes.pdf": "Zürcher Geschnetzeltes.pdf",
		"祖母の味.jpg":                   "祖母の味.jpg",
		"../../etc/passwd":           "passwd",
		`C:\Users\ada\pie.png`:       "pie.png",
		"a\u202egpj.exe":             "agpj.exe",
		"line\nbreak\x00.txt":        "linebreak.txt",
		"..":                         "file",
		"":                           "file",
		"  .  ":                      "file",
		"evil.php.jpg":               "evil.php.jpg",
	} {
		require.Equal(t, want, attachment.CleanName(given), "%q", given)
	}
	long := attachment.CleanName(strings.Repeat("ü", 300) + ".jpeg")
	require.LessOrEqual(t, len(long), 200)
	require.True(t, strings.HasSuffix(long, ".jpeg"))
}

// Whatever the input, a name is short, valid text and no path.
func FuzzCleanName(f *testing.F) {
	f.Add("a/b\\c\u202e.txt")
	f.Fuzz(func(t *testing.T, given string) {
		name := attachment.CleanName(given)
		require.True(t, utf8.ValidString(name))
		require.NotEmpty(t, strings.Trim(name, ". "))
		require.LessOrEqual(t, len(name), 200)
		require.NotContains(t, name, "/")
		require.NotContains(t, name, `\`)
	})
}
