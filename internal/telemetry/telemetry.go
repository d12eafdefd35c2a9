// Package telemetry traces operations across components with OpenTelemetry: from the HTTP request
// through the ledger's row and the message's header to each projection's write. It is off unless
// the environment configures an exporter.
//
// A nil *Tracing is off: all its methods do nothing.
package telemetry

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

const scope = "larder.dev"

// Tracing creates one component's spans and passes them to an exporter.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	services *services
}

// Open returns a component's tracing, configured by OpenTelemetry's own variables, such as
// OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 and OTEL_TRACES_SAMPLER. It returns nil,
// meaning off, if neither that nor OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, or if
// OTEL_SDK_DISABLED is true. A collector outage only loses spans.
func Open(ctx context.Context, component string) (*Tracing, error) {
	if strings.EqualFold(os.Getenv("OTEL_SDK_DISABLED"), "true") ||
		os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT") == "" && os.Getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") == "" {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the exporter of traces: %w", err)
	}
	return New(component, sdktrace.WithBatcher(exporter))
}

// New returns a component's tracing with a given exporter: WithBatcher, or WithSyncer in a test.
func New(component string, exporter sdktrace.TracerProviderOption) (*Tracing, error) {
	return (&services{exporter: exporter, known: map[string]*Tracing{}}).of(component)
}

// Close exports the remaining spans.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("hand out the last spans: %w", err)
	}
	return nil
}

// On reports whether spans are exported.
func (t *Tracing) On() bool { return t != nil }

// Provider is for libraries that create their own spans.
func (t *Tracing) Provider() trace.TracerProvider {
	if t == nil {
		return noop.NewTracerProvider()
	}
	return libraries{own: t}
}

// Continue begins a span in the trace of traceParent (W3C Trace Context), or in a new one if that
// is invalid. The caller ends it.
func (t *Tracing) Continue(ctx context.Context, name, traceParent string) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	//nolint:spancheck // the caller ends it
	ctx, span := t.tracer.Start(extract(ctx, traceParent), name, trace.WithSpanKind(trace.SpanKindProducer))
	return ctx, &Span{span: span} //nolint:spancheck // the caller ends it
}

// Write begins the span of a message's write, in the message's trace, so that the trace shows what
// became of the request where. The caller ends it.
func (t *Tracing) Write(ctx context.Context, name, traceParent string) *Span {
	if t == nil {
		return nil
	}
	//nolint:spancheck // the caller ends it
	_, span := t.tracer.Start(extract(ctx, traceParent), name, trace.WithSpanKind(trace.SpanKindConsumer))
	return &Span{span: span} //nolint:spancheck // the caller ends it
}

// Life is how long after its request a message still belongs to the request's trace. Later reads,
// such as a rebuild's, link to it.
const Life = 15 * time.Minute

// Follow begins the span of processing a message stored at that time: in the message's trace during
// its Life, else in a new one that links to it. The caller ends it.
func (t *Tracing) Follow(ctx context.Context, name, traceParent string, stored time.Time) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	if traceParent == "" || time.Since(stored) >= Life {
		return t.Link(ctx, name, []string{traceParent})
	}
	//nolint:spancheck // the caller ends it
	ctx, span := t.tracer.Start(extract(ctx, traceParent), name, trace.WithSpanKind(trace.SpanKindConsumer))
	return ctx, &Span{span: span} //nolint:spancheck // the caller ends it
}

// Link begins a span in its own trace that links to traceParents: a batch of messages isn't part of
// any one request, all of which were answered long before.
func (t *Tracing) Link(ctx context.Context, name string, traceParents []string) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	var links []trace.Link
	for _, parent := range traceParents {
		if at := trace.SpanContextFromContext(extract(context.Background(), parent)); at.IsValid() {
			links = append(links, trace.Link{SpanContext: at})
		}
	}
	//nolint:spancheck // the caller ends it
	ctx, span := t.tracer.Start(ctx, name, trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithLinks(links...), trace.WithAttributes(attribute.Int("larder.events", len(traceParents))))
	return ctx, &Span{span: span} //nolint:spancheck // the caller ends it
}

// TraceParent returns ctx's trace context in W3C header format, "" if there is none.
func TraceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}

func extract(ctx context.Context, traceParent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceParent})
}
