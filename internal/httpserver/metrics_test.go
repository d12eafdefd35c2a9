package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
)

// Metrics are readable locally and with the token; remote callers are refused, and so is anybody
// through a local proxy.
func TestMetricsReaders(t *testing.T) {
	t.Parallel()
	const token = "a token for prometheus"
	for _, c := range []struct {
		from, token   string
		header, value string
		want          bool
	}{
		{from: "127.0.0.1:5", want: true},
		{from: "[::1]:5", want: true},
		{from: "192.0.2.1:5"},
		{from: "127.0.0.1:5", header: "X-Forwarded-For", value: "192.0.2.1"},
		{from: "127.0.0.1:5", header: "Forwarded", value: "for=192.0.2.1"},
		{from: "192.0.2.1:5", header: "Authorization", value: "Bearer "},
		{from: "192.0.2.1:5", header: "Authorization", value: "Bearer "}, // no token admits nobody
		{from: "192.0.2.1:5", token: token},
		{from: "192.0.2.1:5", token: token, header: "Authorization", value: "Bearer " + token, want: true},
		{from: "192.0.2.1:5", token: token, header: "Authorization", value: "Bearer another"},
		{from: "192.0.2.1:5", token: token, header: "Authorization", value: "Basic cHJvbWV0aGV1czphIHRva2VuIGZvciBwcm9tZXRoZXVz", want: true},
		{from: "192.0.2.1:5", token: token, header: "Authorization", value: "Basic cHJvbWV0aGV1czp4"},
	} {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		request.RemoteAddr = c.from
		if c.header != "" {
			request.Header.Set(c.header, c.value)
		}
		require.Equal(t, c.want, httpserver.MetricsReaders(c.token)(request), "%+v", c)
	}
}
