// Package telemetry follows what happens through the components by OpenTelemetry traces: from the HTTP
// request through the row of the ledger and the header of the message to what each projection writes. It is off
// unless an exporter is set in the environment.
//
// A nil *Tracing is tracing that is off: every method of it does nothing.
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

// Tracing makes the spans of one component and hands them to an exporter.
type Tracing struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	services *services
}

// Open makes the tracing of a component from OpenTelemetry's own variables, as
// OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 and OTEL_TRACES_SAMPLER. It is nil, and off, where
// neither that nor OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is set, and where OTEL_SDK_DISABLED is true. A collector that
// is away loses spans and nothing else.
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

// New makes the tracing of a component with an exporter of the caller's: WithBatcher, or WithSyncer in a test.
func New(component string, exporter sdktrace.TracerProviderOption) (*Tracing, error) {
	return (&services{exporter: exporter, known: map[string]*Tracing{}}).of(component)
}

// Close hands out the spans that are still here.
func (t *Tracing) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("hand out the last spans: %w", err)
	}
	return nil
}

// On tells whether anybody looks at the spans.
func (t *Tracing) On() bool { return t != nil }

// Provider is for the libraries that make spans of their own.
func (t *Tracing) Provider() trace.TracerProvider {
	if t == nil {
		return noop.NewTracerProvider()
	}
	return libraries{own: t}
}

// Continue begins a span in the trace of traceParent (W3C Trace Context), or in a new one where that can't be read.
// The caller ends it.
func (t *Tracing) Continue(ctx context.Context, name, traceParent string) (context.Context, *Span) {
	if t == nil {
		return ctx, nil
	}
	//nolint:spancheck // the caller ends it
	ctx, span := t.tracer.Start(extract(ctx, traceParent), name, trace.WithSpanKind(trace.SpanKindProducer))
	return ctx, &Span{span: span} //nolint:spancheck // the caller ends it
}

// Write begins the span of a write that a message makes, in the message's trace: whoever asked for it can see what became
// of it where. The caller ends it.
func (t *Tracing) Write(ctx context.Context, name, traceParent string) *Span {
	if t == nil {
		return nil
	}
	//nolint:spancheck // the caller ends it
	_, span := t.tracer.Start(extract(ctx, traceParent), name, trace.WithSpanKind(trace.SpanKindConsumer))
	return &Span{span: span} //nolint:spancheck // the caller ends it
}

// Life is how long after its request a message still belongs to the request's trace. What is read again later, as by a view
// that is filled anew, points at it.
const Life = 15 * time.Minute

// Follow begins the span of work at one message that was stored at that time: in the message's trace while that lives, else
// in one that points there. The caller ends it.
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

// Link begins a span in a trace of its own that points at those of traceParents: work at many messages at once is
// no part of any one request, which was answered long before.
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

// TraceParent is the trace context of ctx as W3C's header has it, "" where there is none.
func TraceParent(ctx context.Context) string {
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	return carrier.Get("traceparent")
}

func extract(ctx context.Context, traceParent string) context.Context {
	return propagation.TraceContext{}.Extract(ctx, propagation.MapCarrier{"traceparent": traceParent})
}
