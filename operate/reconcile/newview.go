package reconcile

import (
	"context"
	"fmt"
	"slices"

	commandapi "larder.dev/command-api"
	"larder.dev/projectors"
)

// newView reports a view that doesn't serve yet, instead of the serving one.
type newView struct {
	*projectors.Control

	name      string
	candidate projectors.Candidate
}

func (v newView) Fingerprints(ctx context.Context, _ string, subjects []string) ([]projectors.Fingerprint, error) {
	return v.candidate.Fingerprints(ctx, subjects)
}

func (v newView) Subjects(ctx context.Context, _, user, cursor string) (projectors.SubjectPage, error) {
	return v.candidate.Subjects(ctx, user, cursor)
}

// Status reports a lag, since the view's position can always be compared.
func (v newView) Status(ctx context.Context) ([]projectors.Status, error) {
	position, err := v.candidate.Position(ctx)
	return []projectors.Status{{Name: v.name, Position: position, LagEvents: 1}}, err
}

// NewView compares a rebuild's result with the ledger, before it serves. The error has the number
// of differences, and the first.
func NewView(ctx context.Context, ledger commandapi.Ledger, control *projectors.Control, name string,
	candidate projectors.Candidate,
) (Result, error) {
	all := Views()
	i := slices.IndexFunc(all, func(v View) bool { return v.Name == name })
	if i < 0 {
		return Result{}, fmt.Errorf("compare the new view of %s: %w", name, projectors.ErrNoInventory)
	}
	var first string
	result, err := Run(ctx, Deps{
		Ledger: ledger, Control: newView{control, name, candidate}, Views: all[i : i+1],
	}, Options{Found: func(d Difference) {
		if first == "" {
			first = fmt.Sprintf("%s: %s: %s", d.Kind, d.Subject, d.Detail)
		}
	}})
	if err != nil {
		return result, fmt.Errorf("compare the new view of %s with the ledger: %w", name, err)
	}
	if result.Differences > 0 {
		return result, fmt.Errorf("the new view of %s differs from the ledger in %d places, the first: %s", name, result.Differences, first)
	}
	return result, nil
}
