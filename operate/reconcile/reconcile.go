// Package reconcile compares the ledger with what was made of it: the stream and the views, user by user, a page of
// events in memory at a time. It finds what is missing, stale or too much, while everything runs, and mends it by
// publishing the last event of a recipe once more; it writes to no view.
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
	// pageRows is how many rows of the ledger are compared at once.
	pageRows = 200
	// suspectsAtOnce is how many possible differences are kept, and confirmed together: what is on its way gets where it
	// goes while the rest is compared.
	suspectsAtOnce = 4 * pageRows
)

// StreamStore names the stream among the stores; each view has its projection's name.
const StreamStore = "stream"

// View is a projection that is compared.
type View struct {
	Name string
	// Expect gives what the view must have after the last event of a subject; false where it keeps nothing of such.
	Expect func(events.Envelope) (projectors.Fingerprint, bool, error)
	// MayLack says that readers find elsewhere what this view lacks.
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

// Deps are what it works with.
type Deps struct {
	Ledger  commandapi.Ledger
	Stream  *jetstream.Conn // nil: it isn't compared, and nothing is mended
	Control Projections
	Views   []View
	Lists   *Lists // nil: the grocery lists aren't compared
}

// Projections tells of the views and how far they are: projectors.Control does, and NewView.
type Projections interface {
	Fingerprints(ctx context.Context, name string, subjects []string) ([]projectors.Fingerprint, error)
	Subjects(ctx context.Context, name, user, cursor string) (projectors.SubjectPage, error)
	Status(ctx context.Context) ([]projectors.Status, error)
	ErasedUpTo(ctx context.Context) (uint64, error)
}

// Options say what to compare, and who is told.
type Options struct {
	User     string           // the account's id; "" for all
	Repair   bool             // mend what is found
	Found    func(Difference) // called for each difference, after the attempt to mend it
	Progress func(done, total int64)
}

// Kind is how a store differs from the ledger.
type Kind string

// The kinds of difference.
const (
	Missing Kind = "missing"  // the store has nothing of a recipe
	Stale   Kind = "stale"    // an older version, or another content of the same
	TooMuch Kind = "too much" // something deleted, or newer than the ledger, or that the ledger never had
)

// Difference is one thing in one store that isn't as the ledger says.
type Difference struct {
	Store   string `json:"store"` // "stream", "list", or the name of a projection
	Kind    Kind   `json:"kind"`
	Subject string `json:"subject"` // of the events
	Detail  string `json:"detail"`
	Mended  bool   `json:"mended"`

	hopeless bool // publishing can't mend it
}

// Result is what was found.
type Result struct {
	Users       int64                     `json:"users"`
	Events      int64                     `json:"events"`      // rows of the ledger
	Compared    int64                     `json:"compared"`    // recipes, accounts and requests, each by its last event
	Waiting     int64                     `json:"waiting"`     // of these, those whose last event is still on its way
	Differences int64                     `json:"differences"` // mended or not
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

// Run compares. What happens meanwhile is no difference: see confirm. The error is that of a store that can't be asked,
// with the result so far.
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

// user compares what the user had when it began: whoever writes faster than that is compared doesn't keep it for ever.
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

// conclude settles what is suspected, and mends and reports what is a difference.
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
