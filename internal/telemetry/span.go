package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Span is a traced operation; nil if tracing is off.
type Span struct {
	span trace.Span
}

// End ends the span, as failed if err isn't nil. It omits the error's text: what a store rejects
// may quote a recipe.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, "failed; the log says how")
	}
	s.span.End()
}
