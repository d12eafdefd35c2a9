package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
)

// A foreign name that resolves here is refused; the server's own names, and IP addresses, aren't.
func TestAdmitHosts(t *testing.T) {
	t.Parallel()
	handler := httpserver.AdmitHosts([]string{"larder.example", "*.home.example", "Pantry."},
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for host, status := range map[string]int{
		"localhost": 204, "LOCALHOST:8080": 204, "larder.localhost": 204, "127.0.0.1:8080": 204, "[::1]:8080": 204, "192.168.1.4": 204,
		"larder.local:8080": 204, "larder.home": 204, "a.larder.home.arpa.": 204, "Larder.Internal": 204,
		"larder.example": 204, "Larder.Example.:443": 204, "a.home.example": 204, "pantry:8080": 204, "": 204,
		"evil.example": 421, "larder.example.evil.example": 421, "home.example": 421, "evillocalhost": 421, "127.0.0.1.evil.example": 421,
		"larder.local.evil.example": 421, "evil-home": 421, "evil.arpa": 421,
		"localhost.evil.example:8080": 421, "xlarder.example": 421, "[::1].evil.example": 421,
	} {
		request := httptest.NewRequest(http.MethodGet, "/", nil)
		request.Host = host
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		require.Equal(t, status, answer.Code, host)
		if status == http.StatusMisdirectedRequest {
			require.Contains(t, answer.Body.String(), "LARDER_HOSTS")
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
		}
	}
}
