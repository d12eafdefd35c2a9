package main

import (
	"context"
	"time"

	"larder.dev/internal/telemetry"
)

// tracingGrace is how long a stopping process may wait for the collector to accept the last spans.
const tracingGrace = 700 * time.Millisecond

// tracing is a process's tracing, on if OpenTelemetry's variables name a collector.
type tracing struct{ *telemetry.Tracing }

func openTracing(ctx context.Context, component string) (tracing, error) {
	opened, err := telemetry.Open(ctx, component)
	return tracing{opened}, err
}

func (t tracing) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), tracingGrace)
	defer cancel()
	return t.Tracing.Close(ctx)
}
