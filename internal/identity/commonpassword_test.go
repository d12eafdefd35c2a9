package identity_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/identity"
)

// Common guesses are refused, however disguised; an original sentence isn't.
func TestIsCommonPassword(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]bool{
		"1234567890": true, "qwertyuiop": true, "basketball": true, "Password123": true, "P@ssw0rd123!": true,
		"12345678910": true, "0987654321": true, "aaaaaaaaaa": true, "abcabcabcabc": true, "passwordpassword": true,
		"abcdefghij": true, "!!welcome2026!!": true, "Letmein12345": true, "adalovelace": true, "AdaLovelace1": true,
		"larder2026!": true, "0000000000": true, "1q2w3e4r5t": true,
		"a little salt goes far": false, "another password": false, "7302915846": false, "correct horse battery": false,
		"the old password": false, "kqzvwmxytr": false, "ein Löffel Zucker": false, "水はゆっくり沸かすのがよい": false,
	} {
		common, err := identity.IsCommonPassword(password, "adalovelace", "larder")
		require.NoError(t, err)
		require.Equal(t, want, common, password)
	}
}
