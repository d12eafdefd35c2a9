// Package httpserver is the shell around every component's HTTP handlers: whatever they have in
// common happens here once. It bounds time and size, refuses input that isn't text, admits one web
// origin, logs, counts, answers each refusal as problem+json (RFC 9457), and validates requests
// against an OpenAPI document before a handler sees them.
package httpserver

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"larder.dev/internal/apidocs"
	"larder.dev/internal/telemetry"
)

// Options configure an engine. The zero value works, without a web origin or metrics.
type Options struct {
	// Component names the engine in metrics and log lines, for example "command-api".
	Component string
	// Log receives the access log and errors; nil means slog.Default().
	Log *slog.Logger
	// Origin is the one web origin that may call cross-site, for example "https://larder.example";
	// "" for none.
	Origin string
	// Metrics is where requests are counted; may be nil. Engines may share one.
	Metrics *prometheus.Registry
	// MaxBody bounds a request's body in bytes; 0 means DefaultMaxBody.
	MaxBody int64
	// Tracing creates a span per request; nil for none.
	Tracing *telemetry.Tracing
	// Timeout bounds the work on a request; 0 means DefaultTimeout. LongLived opts out.
	Timeout time.Duration
	// TrustedProxies are the addresses (CIDR), or names such as "dns:nginx", whose X-Forwarded-For
	// is trusted. If empty, the client's address is the connection's.
	TrustedProxies []string
	// MetricsReaders reports who may read the metrics at the Probes; nil admits everybody.
	MetricsReaders func(r *http.Request) bool
	// Probes are served at /healthz, /readyz and, with Metrics, /metrics; nil for one of several
	// engines in a process that serves them itself.
	Probes *Probes
}

// Default limits.
const (
	DefaultMaxBody = 1 << 20 // 1 MiB
	DefaultTimeout = 5 * time.Second
)

// Gin's mode is global and must not be set while engines are running. Its debug mode writes to
// standard output, which belongs to the commands.
//
//nolint:gochecknoinits // New would set it while another engine serves
func init() { gin.SetMode(gin.ReleaseMode) }

// New returns an engine with everything around the handlers. It fails if an option is wrong.
func New(options Options) (*gin.Engine, error) {
	options.Log = cmp.Or(options.Log, slog.Default())
	options.MaxBody = cmp.Or(options.MaxBody, DefaultMaxBody)
	options.Timeout = cmp.Or(options.Timeout, DefaultTimeout)

	engine := gin.New()
	engine.ContextWithFallback = true // a handler may pass on *gin.Context as the request's context
	engine.HandleMethodNotAllowed = true
	engine.RedirectTrailingSlash = false
	addresses, names := splitProxies(options.TrustedProxies)
	if err := engine.SetTrustedProxies(addresses); err != nil {
		return nil, fmt.Errorf("read the trusted proxies: %w", err)
	}
	admit, err := admitOrigin(options.Origin)
	if err != nil {
		return nil, err
	}
	requests, err := newRequestMetrics(options.Metrics, options.Component)
	if err != nil {
		return nil, err
	}
	// The order matters: handlers that answer must be inside those that log and count the answer.
	engine.Use(
		believeProxies(names, nil),
		follow(options.Tracing, options.Component),
		identify(),
		observe(options.Log, options.Component, requests),
		recoverPanic(options.Log),
		admit,
		limitRanges,
		limitTime(options.Timeout),
		linger,
		limitBody(options.MaxBody),
		requireText,
	)
	engine.NoRoute(notFound)
	engine.NoMethod(methodNotAllowed)
	if options.Probes != nil {
		options.Probes.mount(engine, options)
	}
	return engine, nil
}

// NewRefusal returns a handler that answers every request with 503, a reason and a Retry-After.
func NewRefusal(options Options, reason string) (http.Handler, error) {
	engine, err := New(options)
	if err != nil {
		return nil, err
	}
	refuse := func(c *gin.Context) {
		c.Header("Retry-After", "1")
		WriteProblem(c, Problem{Status: http.StatusServiceUnavailable, Detail: reason})
	}
	engine.NoRoute(refuse)
	return engine, nil
}

// notFound answers for a path that this component doesn't have. If another component has it with
// other methods, the method is wrong.
func notFound(c *gin.Context) {
	if methods := apidocs.Methods(c.Request.URL.Path); len(methods) > 0 && !slices.Contains(methods, c.Request.Method) {
		methodNotAllowed(c)
		return
	}
	WriteProblem(c, Problem{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
}

// methodNotAllowed lists a path's methods across all components: callers see one API.
func methodNotAllowed(c *gin.Context) {
	if methods := apidocs.Methods(c.Request.URL.Path); len(methods) > 0 {
		c.Header("Allow", strings.Join(methods, ", "))
	}
	WriteProblem(c, Problem{
		Status: http.StatusMethodNotAllowed,
		Detail: "This address takes " + c.Writer.Header().Get("Allow") + ".",
	})
}
