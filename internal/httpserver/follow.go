package httpserver

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/propagation"

	"larder.dev/internal/telemetry"
)

// follow creates a span per request, in the caller's trace if it sent one. It skips probes, which
// come every few seconds.
func follow(tracing *telemetry.Tracing, component string) gin.HandlerFunc {
	if !tracing.On() {
		return func(*gin.Context) {}
	}
	return otelgin.Middleware(component,
		otelgin.WithTracerProvider(tracing.Provider()),
		otelgin.WithPropagators(propagation.TraceContext{}),
		otelgin.WithFilter(func(r *http.Request) bool { return !isProbe(r.URL.Path) }))
}

func isProbe(path string) bool { return path == "/healthz" || path == "/readyz" || path == "/metrics" }
