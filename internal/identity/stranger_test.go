package identity_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/internal/testkit"
)

// Requests from one address without a session, or with an invalid token, share one limit, whatever
// their path. Requests with a session, from another address, or to the liveness probe are
// unaffected.
func TestStrangersAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	throttle, err := limits.New(limits.Limits{limits.Stranger: {PerSecond: 1}}, registry)
	require.NoError(t, err)
	engine, err := httpserver.New(httpserver.Options{
		Log: testkit.Logger(t), Metrics: registry, Probes: httpserver.NewProbes(nil, nil), TrustedProxies: []string{"192.0.2.1/32"},
	})
	require.NoError(t, err)
	engine.GET("/api/me", identity.Require(sessions), func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.GET("/files/a", func(c *gin.Context) { c.Status(http.StatusOK) })
	callers, err := httpserver.NewCallers([]string{"192.0.2.1/32"}) // the source of test requests
	require.NoError(t, err)
	handler := identity.LimitStrangers(throttle, callers, engine)

	var refused atomic.Int32
	from := func(address, path, token string) *httptest.ResponseRecorder {
		headers := map[string]string{"X-Forwarded-For": address}
		if token != "" {
			headers["Authorization"] = "Bearer " + token
		}
		answer := get(handler, path, headers)
		if answer.Code == http.StatusTooManyRequests {
			refused.Add(1)
		}
		return answer
	}
	// flood sends more from an address than can be answered within a request's wait. It returns
	// once one was refused.
	var flooding sync.WaitGroup
	flood := func(address string) {
		full := make(chan struct{}, 8)
		for range cap(full) {
			flooding.Go(func() {
				if from(address, "/files/a", "").Code == http.StatusTooManyRequests {
					full <- struct{}{}
				}
			})
		}
		<-full
	}
	wrong := strings.Repeat("A", 43)
	asked := []struct {
		path, token string
		status      int
	}{
		{"/api/me", "", http.StatusUnauthorized},
		{"/api/me", wrong, http.StatusUnauthorized},
		{"/files/a", "", http.StatusOK},
		{"/files/a", token, http.StatusOK},
		{"/", wrong, http.StatusNotFound},
	}
	for i, one := range asked {
		free, flooded := fmt.Sprintf("2001:db8:0:%d::", i), fmt.Sprintf("2001:db8:1:%d::", i)
		require.Equal(t, one.status, from(free+"1", one.path, one.token).Code, one.path)
		flood(flooded + "1")
		answer := from(flooded+"2", one.path, one.token)
		require.Equal(t, http.StatusTooManyRequests, answer.Code, one.path)
		require.NotEmpty(t, answer.Header().Get("Retry-After"))
		require.Contains(t, answer.Body.String(), `"kind":"stranger"`)
		require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
	}
	flood("2001:db8::1")
	require.Equal(t, http.StatusTooManyRequests, from("2001:db8::3", "/readyz", "").Code)
	require.Equal(t, http.StatusOK, from("2001:db8::1", "/api/me", token).Code)
	require.Equal(t, http.StatusOK, from("2001:db8::1", "/healthz", "").Code)
	require.Equal(t, http.StatusUnauthorized, from("2001:db8:0:9::1", "/api/me", wrong).Code)
	flooding.Wait()
	metrics, err := registry.Gather()
	require.NoError(t, err)
	counted := 0.0
	for _, family := range metrics {
		if family.GetName() == "larder_limits_exceeded_total" {
			counted = family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	require.InDelta(t, refused.Load(), counted, 0)
}
