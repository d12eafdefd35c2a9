package reconcile

import (
	"context"
	"fmt"
	"time"

	"larder.dev/operate"
	"larder.dev/projectors"
)

const (
	// tries is how often a store is asked before its failure ends the run: a slow answer under
	// load, or a restarting process, shouldn't end a long one.
	tries    = 6
	tryPause = 250 * time.Millisecond
)

// patiently retries on failure.
func patiently[T any](ctx context.Context, ask func() (T, error)) (T, error) {
	for try := 1; ; try++ {
		answer, err := ask()
		if err == nil || try == tries || ctx.Err() != nil {
			return answer, err
		}
		if err := operate.Pause(ctx, time.Duration(try)*tryPause); err != nil {
			return answer, err
		}
	}
}

func (r *run) fingerprints(ctx context.Context, view View, subjects []string) ([]projectors.Fingerprint, error) {
	list, err := patiently(ctx, func() ([]projectors.Fingerprint, error) {
		return r.Control.Fingerprints(ctx, view.Name, subjects)
	})
	if err != nil {
		return nil, fmt.Errorf("ask %s what it has: %w", view.Name, err)
	}
	return list, nil
}

func (r *run) subjects(ctx context.Context, view View, cursor string) (projectors.SubjectPage, error) {
	page, err := patiently(ctx, func() (projectors.SubjectPage, error) {
		return r.Control.Subjects(ctx, view.Name, r.User, cursor)
	})
	if err != nil {
		return projectors.SubjectPage{}, fmt.Errorf("ask %s what it has: %w", view.Name, err)
	}
	return page, nil
}
