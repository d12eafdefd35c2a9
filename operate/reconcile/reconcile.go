// Package reconcile compares the ledger with what was derived from it: the stream and the views,
// user by user, with one page of events in memory at a time. It finds what is missing, stale or
// surplus, while everything runs, and repairs it by republishing a recipe's last event; it writes
// to no view.
package reconcile

import (
	"context"
	"fmt"
	"maps"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
	"larder.dev/projectors/cache"
	"larder.dev/projectors/replica"
	"larder.dev/projectors/searchindex"
)

const (
	// pageRows is how many ledger rows are compared at once.
	pageRows = 200
	// suspectsAtOnce is how many suspects are collected and confirmed together: pending events
	// arrive while the rest is compared.
	suspectsAtOnce = 4 * pageRows
)

// StreamStore names the stream among the stores; each view has its projection's name.
const StreamStore = "stream"

// View is a projection to compare.
type View struct {
	Name string
	// Expect returns what the view must have after a subject's last event; false if it keeps
	// nothing of such.
	Expect func(events.Envelope) (projectors.Fingerprint, bool, error)
	// MayLack says that readers have a fallback for what this view lacks.
	MayLack bool
}

// Views lists every view that has an inventory.
func Views() []View {
	return []View{
		{Name: searchindex.Name, Expect: searchindex.Expect},
		{Name: cache.Name, Expect: cache.Expect, MayLack: true},
		{Name: replica.Name, Expect: replica.Expect},
	}
}

// Deps are its dependencies.
type Deps struct {
	Ledger  commandapi.Ledger
	Stream  *jetstream.Conn // nil: not compared, and nothing is repaired
	Control Projections
	Views   []View
	Lists   *Lists // nil: the grocery lists aren't compared
}

// Projections report the views and their positions: projectors.Control does, and so does NewView.
type Projections interface {
	Fingerprints(ctx context.Context, name string, subjects []string) ([]projectors.Fingerprint, error)
	Subjects(ctx context.Context, name, user, cursor string) (projectors.SubjectPage, error)
	Status(ctx context.Context) ([]projectors.Status, error)
	ErasedUpTo(ctx context.Context) (uint64, error)
}

// Options say what to compare, and who is told.
type Options struct {
	User     string           // the account's id; "" for all
	Repair   bool             // repair what is found
	Found    func(Difference) // called for each difference, after the attempt to repair it
	Progress func(done, total int64)
}

// Kind is how a store differs from the ledger.
type Kind string

// The kinds of difference.
const (
	Missing Kind = "missing"  // the store has nothing of a recipe
	Stale   Kind = "stale"    // an older version, or different content in the same version
	TooMuch Kind = "too much" // something deleted, newer than the ledger, or never in the ledger
)

// Difference is one thing in one store that contradicts the ledger.
type Difference struct {
	Store   string `json:"store"` // "stream", "list", or the name of a projection
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"` // of the events
	Detail  string `json:"detail"`
	Mended  bool   `json:"mended"`

	hopeless bool // publishing can't repair it
}

// Result is what was found.
type Result struct {
	Users       int64                     `json:"users"`
	Events      int64                     `json:"events"`      // ledger rows
	Compared    int64                     `json:"compared"`    // recipes, accounts and requests, each by its last event
	Waiting     int64                     `json:"waiting"`     // of these, those whose last event is pending
	Differences int64                     `json:"differences"` // repaired or not
	Mended      int64                     `json:"mended"`
	Stores      map[string]map[Kind]int64 `json:"stores"` // the differences, by store and kind
}

// run is one reconciliation.
type run struct {
	Deps
	Options
	result   Result
	total    int64
	suspects differences // to be confirmed
}

// Run compares. Concurrent changes are no difference: see confirm. If a store can't be asked, it
// returns that error with the result so far.
func Run(ctx context.Context, deps Deps, options Options) (Result, error) {
	r := &run{Deps: deps, Options: options, result: Result{Stores: map[string]map[Kind]int64{}}, suspects: differences{}}
	var err error
	if r.total, err = r.Ledger.Count(ctx, r.User); err != nil {
		return r.result, err
	}
	if err := r.users(ctx); err != nil {
		return r.result, err
	}
	if err := r.conclude(ctx); err != nil {
		return r.result, err
	}
	for _, view := range r.Views {
		if err := r.strays(ctx, view); err != nil {
			return r.result, fmt.Errorf("look for what the ledger never had: %w", err)
		}
	}
	if err := r.lists(ctx); err != nil {
		return r.result, fmt.Errorf("compare the grocery lists with the feed: %w", err)
	}
	return r.result, nil
}

func (r *run) users(ctx context.Context) error {
	if r.User != "" {
		return r.user(ctx, r.User)
	}
	for user := ""; ; {
		var err error
		if user, err = r.Ledger.NextOwner(ctx, user); err != nil || user == "" {
			return err
		}
		if err := r.user(ctx, user); err != nil {
			return err
		}
	}
}

// user compares what the user had at the start: somebody who writes faster than the comparison
// doesn't prolong it for ever.
func (r *run) user(ctx context.Context, user string) error {
	end, err := r.Ledger.LastChange(ctx, user)
	if err != nil {
		return err
	}
	for after := int64(0); after < end; {
		page, err := r.Ledger.LatestAfter(ctx, user, after, pageRows)
		if err != nil {
			return err
		}
		if page.Rows == 0 { // deleted meanwhile
			break
		}
		if err := r.page(ctx, page.Latest); err != nil {
			return fmt.Errorf("reconcile user %s: %w", user, err)
		}
		after = page.End
		r.result.Events += page.Rows
		if r.Progress != nil {
			r.Progress(r.result.Events, max(r.total, r.result.Events))
		}
	}
	r.result.Users++
	return nil
}

// page compares some last events with every store.
func (r *run) page(ctx context.Context, entries []commandapi.LedgerEntry) error {
	suspects, err := r.look(ctx, entries)
	if err != nil {
		return err
	}
	r.result.Compared += int64(len(entries))
	r.result.Waiting += int64(unpublished(entries))
	if len(r.suspects)+len(suspects) > suspectsAtOnce {
		if err := r.conclude(ctx); err != nil {
			return err
		}
	}
	maps.Copy(r.suspects, suspects)
	return nil
}

// conclude confirms the suspects, and repairs and reports the differences.
func (r *run) conclude(ctx context.Context) error {
	found, unconfirmed, err := r.confirm(ctx, r.suspects)
	if err != nil {
		return err
	}
	r.suspects = differences{}
	r.result.Waiting += int64(len(subjectsOf(unconfirmed)))
	if r.Repair {
		if found, err = r.mend(ctx, found); err != nil {
			return err
		}
	}
	for _, d := range sorted(found) {
		r.report(d)
	}
	return nil
}

func unpublished(entries []commandapi.LedgerEntry) int {
	n := 0
	for _, e := range entries {
		if !e.Published {
			n++
		}
	}
	return n
}

func (r *run) report(d Difference) {
	r.result.Differences++
	if d.Mended {
		r.result.Mended++
	}
	if r.result.Stores[d.Store] == nil {
		r.result.Stores[d.Store] = map[Kind]int64{}
	}
	r.result.Stores[d.Store][d.Kind]++
	if r.Found != nil {
		r.Found(d)
	}
}
