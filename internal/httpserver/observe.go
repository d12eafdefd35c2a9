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
	noRoute    = "none" // a label of what was asked for would let a stranger make labels without end
	maxLogText = 64
)

// requestMetrics counts requests and their time, by method, route and status.
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
	if errors.As(err, &already) { // another engine of the same program was first
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

// observe counts the request and writes its line of the access log. The line has the route and the id
// in it, not the address: a query is what a person looks for, and an address may be a signed one. What
// a handler left with c.Error is in the line too, so that a handler needs no log of its own.
func observe(log *slog.Logger, component string, metrics *requestMetrics) gin.HandlerFunc {
	log = log.With("component", component)
	return func(c *gin.Context) {
		start := time.Now()
		waiting := newCaller(c)
		defer waiting.end() // also where the handler broke the connection off
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
		stream := isEventStream(c.Writer.Header()) // how long one lasts says how long somebody listened
		if !stream {
			metrics.observe(methodLabel(c.Request.Method), route, status, took)
		}
		level := accessLevel(status, took)
		// A probe is asked every few seconds, and what is missing has a line of its own.
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

// accessLevel keeps the log readable and cheap: what went well is told by the metrics, and one by one
// only to who asks for the debug level.
func accessLevel(status int, took time.Duration) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case status == http.StatusTooManyRequests:
		return slog.LevelDebug // it is counted; who floods the service mustn't fill its log
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

// ordinary tells of a refusal that the protocol is made for: strangers ask for what was never there, and devices that were away
// for what is gone, or send what another has changed meanwhile.
func ordinary(status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusConflict, http.StatusGone, http.StatusPreconditionFailed,
		http.StatusRequestedRangeNotSatisfiable:
		return true
	default:
		return false
	}
}

// methodLabel keeps out methods of a stranger's making.
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

// recoverPanic turns a panic into a log line with the stack and a 500 that says nothing of it.
func recoverPanic(log *slog.Logger) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(cause) // the agreed way to break a connection off
			}
			log.ErrorContext(c.Request.Context(), "panic in a handler", "request", RequestID(c),
				"route", c.FullPath(), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
			WriteProblem(c, Problem{Status: http.StatusInternalServerError, Detail: "Something went wrong on our side."})
		}()
		c.Next()
	}
}
