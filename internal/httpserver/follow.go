package httpserver

import (
	"net/http"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/contrib/instrumentation/github.com/gin-gonic/gin/otelgin"
	"go.opentelemetry.io/otel/propagation"

	"larder.dev/internal/telemetry"
)

// follow makes a span of each request, in the caller's trace where it sent one. What probes ask every few seconds
// is left out.
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
