package identity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"larder.dev/internal/httpserver"
	"larder.dev/internal/identity"
	"larder.dev/internal/limits"
	"larder.dev/internal/testkit"
)

// What comes from one address without a session, or with a token that opens nothing, is bounded together, wherever it
// goes. Whoever has a session isn't held up by it, nor is another address, nor whoever asks whether the process is alive.
func TestStrangersAreLimitedByAddress(t *testing.T) {
	t.Parallel()
	sessions, _ := newSessions(t)
	token, err := sessions.Create(testkit.Context(t), ada(), "")
	require.NoError(t, err)
	registry := prometheus.NewRegistry()
	throttle, err := limits.New(limits.Limits{limits.Stranger: {PerSecond: 1}}, registry) // two at the same moment
	require.NoError(t, err)
	engine, err := httpserver.New(httpserver.Options{
		Log: testkit.Logger(t), Metrics: registry, Probes: httpserver.NewProbes(nil, nil), TrustedProxies: []string{"192.0.2.1/32"},
	})
	require.NoError(t, err)
	engine.GET("/api/me", identity.Require(sessions), func(c *gin.Context) { c.Status(http.StatusOK) })
	engine.GET("/files/a", func(c *gin.Context) { c.Status(http.StatusOK) })
	callers, err := httpserver.NewCallers([]string{"192.0.2.1/32"}) // where test requests are from
	require.NoError(t, err)
	handler := identity.LimitStrangers(throttle, callers, engine)

	from := func(address, path, token string) int {
		headers := map[string]string{"X-Forwarded-For": address}
		if token != "" {
			headers["Authorization"] = "Bearer " + token
		}
		answer := get(handler, path, headers)
		if answer.Code == http.StatusTooManyRequests {
			require.NotEmpty(t, answer.Header().Get("Retry-After"))
			require.Contains(t, answer.Body.String(), `"kind":"stranger"`)
			require.Equal(t, "application/problem+json", answer.Header().Get("Content-Type"))
		}
		return answer.Code
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
	for i := range asked { // whatever comes first, second and third
		for nth := range 3 {
			one := asked[(i+nth)%len(asked)]
			want := one.status
			if nth == 2 {
				want = http.StatusTooManyRequests
			}
			require.Equal(t, want, from(fmt.Sprintf("2001:db8:0:%d::%d", i, nth), one.path, one.token), "%s after %d others", one.path, nth)
		}
	}
	require.Equal(t, http.StatusTooManyRequests, from("2001:db8::3", "/readyz", ""))
	require.Equal(t, http.StatusOK, from("2001:db8::1", "/api/me", token))
	require.Equal(t, http.StatusOK, from("2001:db8::1", "/healthz", ""))
	require.Equal(t, http.StatusUnauthorized, from("2001:db8:0:9::1", "/api/me", wrong))
	metrics, err := registry.Gather()
	require.NoError(t, err)
	counted := 0.0
	for _, family := range metrics {
		if family.GetName() == "larder_limits_exceeded_total" {
			counted = family.GetMetric()[0].GetCounter().GetValue()
		}
	}
	require.InDelta(t, 6, counted, 0)
}
