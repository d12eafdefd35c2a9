package parts_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/testkit"
)

// ask sends a request and returns the answer and the headers that the component behind nginx got,
// nil if it got none.
func ask(t *testing.T, heard <-chan http.Header, url string, headers ...string) (*http.Response, http.Header) {
	t.Helper()
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	require.NoError(t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(request)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	select {
	case header := <-heard:
		return answer, header
	default:
		return answer, nil
	}
}

// behind is a component that reports the headers of its requests.
func behind(t *testing.T) (testkit.Upstreams, <-chan http.Header) {
	t.Helper()
	heard := make(chan http.Header, 1)
	component := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { heard <- r.Header.Clone() }))
	t.Cleanup(component.Close)
	address := strings.TrimPrefix(component.URL, "http://")
	return testkit.Upstreams{CommandAPI: address, QueryAPI: address, FileService: address, Importer: address, GroceryApp: address}, heard
}

// nginx replaces a caller's own claims with the address it sees; it trusts configured load
// balancers, and takes the last entry of a chain that isn't one.
func TestNginxSaysWhoCalls(t *testing.T) {
	t.Parallel()
	upstreams, heard := behind(t)
	plain := testkit.Nginx(t, upstreams)
	_, header := ask(t, heard, plain+"/api/session", "X-Forwarded-For", "203.0.113.9", "Forwarded", "for=203.0.113.9")
	require.Equal(t, []string{"127.0.0.1"}, header.Values("X-Forwarded-For"))
	require.Empty(t, header.Values("Forwarded"))

	balanced := testkit.NginxWith(t, upstreams, map[string]string{"LARDER_LOAD_BALANCER": "127.0.0.1"})
	_, header = ask(t, heard, balanced.Plain+"/api/session", "X-Forwarded-For", "198.51.100.1, 203.0.113.9")
	require.Equal(t, []string{"203.0.113.9"}, header.Values("X-Forwarded-For"))
}

// A component learns that the cook used TLS, from the load balancer's header or from the port that
// it uses; plain requests are redirected to TLS, except health checks.
func TestNginxBehindTLS(t *testing.T) {
	t.Parallel()
	upstreams, heard := behind(t)
	nginx := testkit.NginxWith(t, upstreams, map[string]string{"LARDER_TLS": "on"})
	for url, headers := range map[string][]string{
		nginx.BehindTLS: nil, nginx.Plain: {"X-Forwarded-Proto", "https"},
	} {
		_, header := ask(t, heard, url+"/api/session", headers...)
		require.Equal(t, "https", header.Get("X-Forwarded-Proto"), url)
	}
	for _, headers := range [][]string{nil, {"X-Forwarded-Proto", "http"}} {
		answer, header := ask(t, heard, nginx.Plain+"/api/recipes?q=soup", headers...)
		require.Nil(t, header)
		require.Equal(t, http.StatusPermanentRedirect, answer.StatusCode)
		require.Equal(t, "https://127.0.0.1/api/recipes?q=soup", answer.Header.Get("Location"))
	}
	stays, _ := ask(t, heard, nginx.BehindTLS+"/login")
	require.Equal(t, "max-age=31536000", stays.Header.Get("Strict-Transport-Security"))
	answer, _ := ask(t, heard, nginx.Plain+"/healthz")
	require.Equal(t, http.StatusOK, answer.StatusCode)

	without := testkit.Nginx(t, upstreams)
	_, header := ask(t, heard, without+"/api/session")
	require.Equal(t, "http", header.Get("X-Forwarded-Proto"), "without TLS nobody is sent there")
	stays, _ = ask(t, heard, without+"/login")
	require.Empty(t, stays.Header.Values("Strict-Transport-Security"))
}

// The app may load pictures from the CDN's host, if there is one.
func TestNginxKnowsTheCDN(t *testing.T) {
	t.Parallel()
	upstreams, heard := behind(t)
	nginx := testkit.NginxWith(t, upstreams, map[string]string{"LARDER_CDN_ORIGIN": "https://files.larder.example"})
	answer, _ := ask(t, heard, nginx.Plain+"/")
	policy := answer.Header.Get("Content-Security-Policy")
	require.Contains(t, policy, "img-src blob: 'self' https://files.larder.example;")
	require.Contains(t, policy, "connect-src 'self' https://files.larder.example;")
}
