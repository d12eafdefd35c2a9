package telemetry

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/embedded"
	"go.opentelemetry.io/otel/trace/noop"

	"larder.dev/internal/buildinfo"
)

// services are one process's components, named on their spans, and their shared exporter.
type services struct {
	exporter sdktrace.TracerProviderOption

	mu    sync.Mutex
	known map[string]*Tracing
}

func (s *services) of(component string) (*Tracing, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.known[component]; t != nil {
		return t, nil
	}
	about, err := resource.Merge(resource.Default(), resource.NewSchemaless(
		semconv.ServiceNamespace("larder"), semconv.ServiceName(component), semconv.ServiceVersion(buildinfo.Read().Version)))
	if err != nil {
		return nil, fmt.Errorf("describe %s to the traces: %w", component, err)
	}
	provider := sdktrace.NewTracerProvider(s.exporter, sdktrace.WithResource(about))
	t := &Tracing{provider: provider, tracer: provider.Tracer(scope), services: s}
	s.known[component] = t
	return t, nil
}

// For returns the tracing of a component in the process; t itself if that fails.
func (t *Tracing) For(component string) *Tracing {
	if t == nil {
		return nil
	}
	of, err := t.services.of(component)
	if err != nil {
		return t
	}
	return of
}

// libraries creates spans for whichever component a library is working for: a process's pools and
// clients are shared.
type libraries struct {
	embedded.TracerProvider

	own *Tracing
}

// Tracer implements trace.TracerProvider.
func (l libraries) Tracer(name string, options ...trace.TracerOption) trace.Tracer {
	return libraryTracer{provider: l, name: name, options: options}
}

type libraryTracer struct {
	embedded.Tracer

	provider libraries
	name     string
	options  []trace.TracerOption
}

// Start implements trace.Tracer. It skips pings, which probes send all day.
func (l libraryTracer) Start(ctx context.Context, name string, options ...trace.SpanStartOption) (context.Context, trace.Span) {
	if isPing(name) {
		return ctx, noop.Span{}
	}
	//nolint:spancheck // the library ends it
	return l.provider.serving(ctx).provider.Tracer(l.name, l.options...).Start(ctx, name, options...)
}

func isPing(name string) bool {
	words := strings.Fields(strings.ToLower(name))
	return len(words) > 0 && words[len(words)-1] == "ping"
}

// serving returns the component whose span ctx is in.
func (l libraries) serving(ctx context.Context) *Tracing {
	parent, ok := trace.SpanFromContext(ctx).(sdktrace.ReadOnlySpan)
	if !ok {
		return l.own
	}
	name, ok := parent.Resource().Set().Value(semconv.ServiceNameKey)
	if !ok {
		return l.own
	}
	return l.own.For(name.AsString())
}
