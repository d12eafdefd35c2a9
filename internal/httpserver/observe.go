package httpserver

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	slow       = time.Second
	noRoute    = "none" // a label from the path would let strangers create labels without limit
	maxLogText = 64
)

// requestMetrics records requests and their durations, by method, route and status.
type requestMetrics struct{ seconds prometheus.ObserverVec }

func newRequestMetrics(registry *prometheus.Registry, component string) (*requestMetrics, error) {
	if registry == nil {
		return nil, nil
	}
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "larder_http_request_seconds",
		Help:    "Time of HTTP requests in seconds, by component, method, route and status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	}, []string{"component", "method", "route", "status"})
	err := registry.Register(seconds)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) { // another engine of this program registered first
		seconds, _ = already.ExistingCollector.(*prometheus.HistogramVec)
	} else if err != nil {
		return nil, fmt.Errorf("register the HTTP metrics: %w", err)
	}
	curried, err := seconds.CurryWith(prometheus.Labels{"component": component})
	if err != nil {
		return nil, fmt.Errorf("prepare the HTTP metrics of %s: %w", component, err)
	}
	return &requestMetrics{seconds: curried}, nil
}

func (m *requestMetrics) observe(method, route string, status int, took time.Duration) {
	if m != nil {
		m.seconds.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
	}
}

// observe counts the request and writes its access log line. The line has the route and id, not the
// URL: a query is what a person searches for, and a URL may be signed. Errors from c.Error are in
// the line too, so handlers need no log of their own.
func observe(log *slog.Logger, component string, metrics *requestMetrics) gin.HandlerFunc {
	log = log.With("component", component)
	return func(c *gin.Context) {
		start := time.Now()
		waiting := newCaller(c)
		defer waiting.end() // also if the handler aborted the connection
		c.Next()
		took := time.Since(start)
		status := c.Writer.Status()
		gone := waiting.end()
		if gone && status >= http.StatusInternalServerError {
			status = statusHungUp
		}
		route := c.FullPath()
		if route == "" {
			route = noRoute
		}
		stream := isEventStream(c.Writer.Header()) // its duration is only how long somebody listened
		if !stream {
			metrics.observe(methodLabel(c.Request.Method), route, status, took)
		}
		level := accessLevel(status, took)
		// Probes come every few seconds, and what is missing has a log line of its own.
		if IsProbe(route) || stream || gone && status < http.StatusInternalServerError {
			level = slog.LevelDebug
		}
		if !log.Enabled(c.Request.Context(), level) {
			return
		}
		attrs := []slog.Attr{
			slog.String("request", RequestID(c)),
			slog.String("method", methodLabel(c.Request.Method)),
			slog.String("route", route),
			slog.String("id", shorten(c.Param("id"))),
			slog.Int("status", status),
			slog.Int("bytes", max(c.Writer.Size(), 0)),
			slog.Duration("took", took),
		}
		if len(c.Errors) > 0 {
			attrs = append(attrs, slog.String("error", strings.Join(c.Errors.Errors(), "; ")))
		}
		log.LogAttrs(c.Request.Context(), level, "request", attrs...)
	}
}

// accessLevel keeps the log readable and cheap: metrics cover successes, which are logged one by
// one only at debug level.
func accessLevel(status int, took time.Duration) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case status == http.StatusTooManyRequests:
		return slog.LevelDebug // counted in metrics; a flood must not fill the log
	case took > slow:
		return slog.LevelWarn
	case ordinary(status):
		return slog.LevelDebug
	case status >= http.StatusBadRequest:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}

// ordinary reports whether a refusal is part of normal use: strangers ask for what never existed,
// and devices that were offline ask for what is gone or send conflicting changes.
func ordinary(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed,
		http.StatusRequestedRangeNotSatisfiable:
		return true
	default:
		return false
	}
}

// methodLabel excludes methods that a stranger made up.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch,
		http.MethodDelete, http.MethodOptions:
		return method
	default:
		return "other"
	}
}

func shorten(text string) string { return text[:min(len(text), maxLogText)] }

// recoverPanic turns a panic into a log line with the stack, and a 500 without details.
func recoverPanic(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause) // the standard way to abort a connection
			}
			log.ErrorContext(c.Request.Context(), "panic in a handler", "request", RequestID(c),
				"route", c.FullPath(), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			WriteProblem(c, Problem{Status: http.StatusInternalServerError, Detail: "Something went wrong on our side."})
		}()
		c.Next()
	}
}
