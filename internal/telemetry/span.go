package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// Span is a stretch of work; nil where tracing is off.
type Span struct {
	span trace.Span
}

// End ends the span, as failed where err isn't nil. The error's text stays out of it: what a store refuses may
// quote a recipe.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if err != nil {
		s.span.SetStatus(codes.Error, "failed; the log says how")
	}
	s.span.End()
}
