package httpserver

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// MetricsReaders admits to /metrics beside the API: local programs, and whoever has the token, as
// `Authorization: Bearer` or as the HTTP Basic password. Without a token, only local programs. What
// came through a proxy is remote, however near the proxy is.
func MetricsReaders(token string) func(r *http.Request) bool {
	return func(r *http.Request) bool { return isLocal(r) || token != "" && hasToken(r, token) }
}

func isLocal(r *http.Request) bool {
	for _, header := range []string{"X-Forwarded-For", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via"} {
		if len(r.Header.Values(header)) > 0 {
			return false
		}
	}
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && from.Addr().Unmap().IsLoopback()
}

func hasToken(r *http.Request, token string) bool {
	given, isBearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !isBearer {
		_, given, _ = r.BasicAuth()
	}
	got, want := sha256.Sum256([]byte(given)), sha256.Sum256([]byte(token)) // equal lengths, so timing reveals nothing
	return subtle.ConstantTimeCompare(got[:], want[:]) == 1
}

func guardMetrics(admits func(r *http.Request) bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		if admits == nil || admits(c.Request) {
			return
		}
		c.Header("WWW-Authenticate", `Bearer realm="larder metrics"`)
		c.Writer.Header().Add("WWW-Authenticate", `Basic realm="larder metrics"`)
		WriteProblem(c, Problem{
			Status: http.StatusUnauthorized,
			Detail: "Metrics are for this machine, and for who has LARDER_METRICS_TOKEN.",
		})
	}
}

// ServeMetrics serves /metrics to everybody at a separate address until ctx is done. The network
// decides who can reach it.
func ServeMetrics(ctx context.Context, addr string, metrics *prometheus.Registry, log *slog.Logger) error {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("open the address %s for metrics (LARDER_METRICS_ADDR): %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+metricsPath, promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	if err := Serve(ctx, listener, mux, log); err != nil {
		return errors.Join(err, listener.Close())
	}
	return nil
}
