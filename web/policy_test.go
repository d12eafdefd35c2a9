package web

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Browsers get the same policy wherever the app is served from; the page itself contains the part
// that doesn't depend on the source of pictures.
func TestPolicyIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	for file, origins := range map[string][]string{
		"../deploy/free/netlify.toml":        nil,
		"../deploy/nginx/web-headers.conf":   nil,
		"../deploy/serverless/template.yaml": {"https://files.${Domain}"},
	} {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Contains(t, strings.ReplaceAll(string(text), "$larder_cdn", ""), `"`+policy(origins)+`"`, file)
		for name, value := range protections() {
			spelled := strings.ReplaceAll(regexp.QuoteMeta(name), "-", "-?") // CloudFront spells one of them differently
			require.Regexp(t, spelled+`\W+(Value: )?"?`+regexp.QuoteMeta(value), string(text), file)
		}
	}
	page, err := os.ReadFile("index.html")
	require.NoError(t, err)
	said := regexp.MustCompile(`http-equiv="Content-Security-Policy"\s+content="([^"]+)"`).FindStringSubmatch(string(page))
	require.Len(t, said, 2)
	inPage := strings.NewReplacer("img-src blob: *", "img-src blob: 'self'", "connect-src *", "connect-src 'self'").Replace(said[1])
	require.Equal(t, strings.TrimSuffix(policy(nil), "; frame-ancestors 'none'"), inPage, "which a page can't say")
}
