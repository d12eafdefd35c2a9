package component

import (
	"context"
	"errors"

	"larder.dev/internal/lambdahttp"
)

// Function returns the process as an AWS Lambda function: one request at a time, frozen in between.
// It has no background work, so components that depend on it don't fit.
func (p *Process) Function() lambdahttp.Function {
	return lambdahttp.Function{Handler: p.handler, Wake: p.wake, Flush: p.flush, Upkeep: p.upkeep}
}

// wake rechecks what may have changed while the process was frozen: which database is the primary,
// and whether missing tables exist now.
func (p *Process) wake(ctx context.Context) {
	if p.topology != nil {
		p.topology.Wake(ctx)
	}
	for _, part := range p.parts {
		if p.probes.Missing(ctx, part.schemas...) {
			p.probes.Look(ctx)
		}
	}
}

func (p *Process) flush(ctx context.Context) {
	for _, part := range p.parts {
		if part.Flush != nil {
			part.Flush(ctx)
		}
	}
}

func (p *Process) upkeep(ctx context.Context) error {
	var failed []error
	for _, part := range p.parts {
		if part.Upkeep != nil {
			failed = append(failed, part.Upkeep(ctx))
		}
	}
	return errors.Join(failed...)
}
