package identity_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/testkit"
)

// BenchmarkCachedRead compares a read behind the shell and the session check with a bare gin
// handler that makes the same two Redis reads.
func BenchmarkCachedRead(b *testing.B) {
	client := openRedis(b, testkit.Redis(b))
	sessions := identity.NewSessions(client)
	token, err := sessions.Create(b.Context(), ada(), "")
	require.NoError(b, err)
	require.NoError(b, client.Set(b.Context(), "thing", make([]byte, 2000), 0))
	require.NoError(b, client.Set(b.Context(), "session", make([]byte, 150), 0))

	bare := gin.New()
	bare.GET("/things/:id", func(c *gin.Context) {
		_, _, _ = client.Get(c.Request.Context(), "session")
		thing, _, _ := client.Get(c.Request.Context(), "thing")
		c.Data(http.StatusOK, "application/json", thing)
	})
	log := slog.New(slog.DiscardHandler)
	ours, err := httpserver.New(httpserver.Options{Log: log, Metrics: prometheus.NewRegistry(), Origin: "https://larder.example"})
	require.NoError(b, err)
	ours.GET("/things/:id", identity.Require(sessions), func(c *gin.Context) {
		values, _ := client.MGet(c.Request.Context(), "mark", "thing")
		c.Data(http.StatusOK, "application/json", values[1])
	})
	for name, handler := range map[string]http.Handler{"bare": bare, "ours": ours} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(handler)
			defer server.Close()
			b.RunParallel(func(pb *testing.PB) {
				transport := &http.Transport{}
				defer transport.CloseIdleConnections()
				for pb.Next() {
					read(b, transport, server.URL+"/things/17", token)
				}
			})
		})
	}
}

func read(b *testing.B, transport http.RoundTripper, address, token string) {
	b.Helper()
	request, err := http.NewRequest(http.MethodGet, address, nil)
	require.NoError(b, err)
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := transport.RoundTrip(request)
	require.NoError(b, err)
	require.Equal(b, http.StatusOK, answer.StatusCode)
	_, _ = io.Copy(io.Discard, answer.Body)
	_ = answer.Body.Close()
}
