package component

import (
	"context"
	"errors"

	"larder.dev/internal/lambdahttp"
)

// Function is the process as AWS Lambda runs it: a request at a time, and stopped between two. It has no work beside
// requests, so a component with work that must go on has no place in it.
func (p *Process) Function() lambdahttp.Function {
	return lambdahttp.Function{Handler: p.handler, Wake: p.wake, Flush: p.flush, Upkeep: p.upkeep}
}

// wake looks again at what may have changed while the process was stopped: which database is the primary, and whether
// tables are laid that were missing.
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
