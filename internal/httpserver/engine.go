// Package httpserver is the shell around every component's HTTP handlers: what is the same for all of
// them happens here once. It bounds time and size, refuses what isn't text, admits one web origin, logs,
// counts, answers each refusal as problem+json (RFC 9457), and checks requests against an OpenAPI
// document before a handler sees them.
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

// Options of an engine. The zero value serves, without a web origin and without metrics.
type Options struct {
	// Component names the engine in metrics and log lines, as "command-api".
	Component string
	// Log takes the access log and what goes wrong; slog.Default() where it is nil.
	Log *slog.Logger
	// Origin is the one web origin that may call from another site, as "https://larder.example"; ""
	// for none.
	Origin string
	// Metrics is where requests are counted; nil for nowhere. Engines may share one.
	Metrics *prometheus.Registry
	// MaxBody bounds the body of a request in bytes; DefaultMaxBody where it is 0.
	MaxBody int64
	// Tracing makes a span of each request; nil for none.
	Tracing *telemetry.Tracing
	// Timeout bounds the work at a request; DefaultTimeout where it is 0. LongLived is the way out.
	Timeout time.Duration
	// TrustedProxies are the addresses (CIDR), or names as "dns:nginx", whose X-Forwarded-For is believed. Where it
	// is empty the client's address is that of the connection.
	TrustedProxies []string
	// MetricsReaders tells who may read the metrics at the Probes; nil for everybody.
	MetricsReaders func(r *http.Request) bool
	// Probes are served at /healthz, /readyz and, with Metrics, /metrics; nil for an engine that is one of
	// several in a process, which answers these itself.
	Probes *Probes
}

// Limits that hold where Options say nothing else.
const (
	DefaultMaxBody = 1 << 20 // 1 MiB
	DefaultTimeout = 5 * time.Second
)

// Gin's mode is one for the whole program and mustn't be set while engines are at work. Its debug mode
// writes to the standard output, which belongs to the commands.
//
//nolint:gochecknoinits // New would set it while another engine serves
func init() { gin.SetMode(gin.ReleaseMode) }

// New makes an engine with everything around the handlers. An error means that an option is wrong.
func New(options Options) (*gin.Engine, error) {
	options.Log = cmp.Or(options.Log, slog.Default())
	options.MaxBody = cmp.Or(options.MaxBody, DefaultMaxBody)
	options.Timeout = cmp.Or(options.Timeout, DefaultTimeout)

	engine := gin.New()
	engine.ContextWithFallback = true // a handler may pass *gin.Context on as the request's context
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
	// The order matters: what answers must stand inside what logs and counts the answer.
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

// NewRefusal makes a handler that answers every request with 503, a reason, and a time to come back.
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

// notFound answers for an address that this component doesn't have. Where another one has it, by other methods, it is the
// method that is wrong.
func notFound(c *gin.Context) {
	if methods := apidocs.Methods(c.Request.URL.Path); len(methods) > 0 && !slices.Contains(methods, c.Request.Method) {
		methodNotAllowed(c)
		return
	}
	WriteProblem(c, Problem{Status: http.StatusNotFound, Detail: "There is nothing at this address."})
}

// methodNotAllowed says what the address takes, of whichever component: a caller sees one surface.
func methodNotAllowed(c *gin.Context) {
	if methods := apidocs.Methods(c.Request.URL.Path); len(methods) > 0 {
		c.Header("Allow", strings.Join(methods, ", "))
	}
	WriteProblem(c, Problem{
		Status: http.StatusMethodNotAllowed,
		Detail: "This address takes " + c.Writer.Header().Get("Allow") + ".",
	})
}
