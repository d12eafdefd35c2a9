package httpserver_test

import (
	"net/http"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/limits"
)

// A caller over a limit gets 429, which limit it was, and when to retry; others are served
// meanwhile, and so is that person after waiting. The metrics name the limit, and nobody's name.
func TestThrottle(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	throttle, err := limits.New(limits.Limits{limits.Stream: {AtOnce: 1}}, registry)
	require.NoError(t, err)
	engine := newEngine(t, httpserver.Options{Metrics: registry, Probes: httpserver.NewProbes(nil, nil)})
	open, end := make(chan struct{}), make(chan struct{})
	engine.GET("/stream", httpserver.Throttle(throttle,
		func(*gin.Context) limits.Kind { return limits.Stream },
		func(c *gin.Context) string { return c.GetHeader("Person") },
	), func(c *gin.Context) {
		if c.Query("long") != "" {
			close(open)
			<-end
		}
		c.Status(http.StatusOK)
	})
	first := make(chan int)
	go func() { first <- call(engine, "GET", "/stream?long=1", "", "Person", "ada").Code }()
	<-open
	answer := call(engine, "GET", "/stream", "", "Person", "ada")
	require.Equal(t, http.StatusTooManyRequests, answer.Code)
	require.Equal(t, "1", answer.Header().Get("Retry-After"))
	require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
	require.JSONEq(t, `{"type": "urn:larder:problem:too-many-requests", "title": "Too Many Requests", "status": 429,
		"detail": "This is more than 1 streams at once. Wait, and send it again.", "kind": "stream", "limit": 1,
		"instance": "urn:request:`+answer.Header().Get("X-Request-Id")+`"}`, answer.Body.String())
	require.Equal(t, http.StatusOK, call(engine, "GET", "/stream", "", "Person", "bob").Code)
	close(end)
	require.Equal(t, http.StatusOK, <-first)
	require.Equal(t, http.StatusOK, call(engine, "GET", "/stream", "", "Person", "ada").Code)

	metrics := call(engine, "GET", "/metrics", "").Body.String()
	require.Contains(t, metrics, `larder_limits_exceeded_total{kind="stream",limit="at_once"} 1`)
	require.NotContains(t, metrics, "ada")
}
