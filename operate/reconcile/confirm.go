package reconcile

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/operate"
	"larder.dev/projectors"
)

const (
	// looks is how often a suspect is checked before it counts as pending; some eight seconds in
	// total.
	looks      = 24
	firstPause = 20 * time.Millisecond
	lastPause  = 500 * time.Millisecond
	// quietLooks in a row without lag substitute for a position that can't be compared: a consumer
	// learns of a new message slightly after the stream has it, and a stream replica may lag
	// slightly.
	quietLooks = 3
)

// confirm distinguishes differences from pending events. It rechecks a suspect, between two reads
// of the ledger, until it agrees; it is a difference if the ledger didn't change and the projection
// had passed the event before the view was asked. Unconfirmed is what changed, or was pending, at
// every look.
func (r *run) confirm(ctx context.Context, suspects differences) (found, unconfirmed differences, err error) {
	found = differences{}
	quiet := map[string]int{}
	pause := firstPause
	for look := 0; len(suspects) > 0 && look < looks; look++ {
		if look > 0 {
			if err := operate.Pause(ctx, pause); err != nil {
				return nil, nil, err
			}
			pause = min(lastPause, pause*3/2)
		}
		seen, err := r.lookAgain(ctx, suspects, quiet)
		if err != nil {
			return nil, nil, err
		}
		for at := range suspects {
			switch seen.verdict(at) {
			case agrees:
				delete(suspects, at)
			case differs:
				found[at] = seen.differences[at]
				delete(suspects, at)
			case open:
			}
		}
	}
	return found, suspects, nil
}

// sight is one more look's observations: the stores, between two reads of the ledger.
type sight struct {
	before, after map[string]commandapi.LedgerEntry // by subject
	positions     map[string]uint64                 // of each projection, before its view was asked
	quiet         map[string]int                    // looks in a row without lag
	differences   differences
}

func (r *run) lookAgain(ctx context.Context, suspects differences, quiet map[string]int) (sight, error) {
	seen := sight{quiet: quiet}
	var err error
	if seen.before, err = r.latest(ctx, suspects); err != nil {
		return sight{}, err
	}
	if seen.positions, err = r.positions(ctx, quiet); err != nil {
		return sight{}, err
	}
	if seen.differences, err = r.look(ctx, slices.Collect(maps.Values(seen.before))); err != nil {
		return sight{}, err
	}
	seen.after, err = r.latest(ctx, suspects)
	return seen, err
}

type verdict int

const (
	open verdict = iota // look again
	agrees
	differs
)

func (s sight) verdict(at location) verdict {
	entry, known := s.before[at.subject]
	_, different := s.differences[at]
	switch {
	case !known, entry.Published && !different:
		return agrees
	case !entry.Published, s.after[at.subject].ID != entry.ID:
		return open // the ledger is ahead, or moved on
	case passed(s.positions[at.store], entry.Sequence), s.quiet[at.store] >= quietLooks:
		return differs
	default:
		return open
	}
}

// passed reports whether a projection has processed the event at a stream sequence.
func passed(position, sequence uint64) bool { return sequence > 0 && position >= sequence }

// latest returns the last entries of the differences' subjects.
func (r *run) latest(ctx context.Context, of differences) (map[string]commandapi.LedgerEntry, error) {
	entries, err := r.Ledger.LatestOf(ctx, subjectsOf(of))
	if err != nil {
		return nil, err
	}
	bySubject := make(map[string]commandapi.LedgerEntry, len(entries))
	for _, e := range entries {
		bySubject[e.Event.Subject] = e
	}
	return bySubject, nil
}

// positions returns each projection's position, and counts the looks at which it was idle.
func (r *run) positions(ctx context.Context, quiet map[string]int) (map[string]uint64, error) {
	list, err := patiently(ctx, func() ([]projectors.Status, error) { return r.Control.Status(ctx) })
	if err != nil {
		return nil, fmt.Errorf("ask how far the projections are: %w", err)
	}
	positions := map[string]uint64{}
	for _, status := range list {
		positions[status.Name] = status.Position
		quiet[status.Name]++
		if status.LagEvents > 0 {
			quiet[status.Name] = 0
		}
	}
	quiet[StreamStore]++ // nothing lags between the ledger's mark and the stream
	return positions, nil
}

// mend republishes each subject's last event, once however many stores differ, and checks whether
// that helped.
func (r *run) mend(ctx context.Context, found differences) (differences, error) {
	all, waiting := differences{}, differences{}
	for at, d := range found {
		if d.hopeless {
			all[at] = d
			continue
		}
		waiting[at] = d
		d.Mended = true
		all[at] = d
	}
	for _, subject := range subjectsOf(waiting) {
		err := r.Ledger.PublishAgain(ctx, r.Stream, subject)
		if err != nil && !errors.Is(err, commandapi.ErrAhead) {
			return nil, err
		}
	}
	confirmed, unconfirmed, err := r.confirm(ctx, waiting)
	if err != nil {
		return nil, err
	}
	for at, d := range confirmed {
		d.Detail += "; publishing it again didn't help"
		all[at] = d
	}
	for at, d := range unconfirmed {
		d.Detail += "; it is published again, and on its way"
		all[at] = d
	}
	return all, nil
}

// strays finds a view's subjects that the ledger doesn't know. The ledger is written first, so
// these are another ledger's, or were deleted.
func (r *run) strays(ctx context.Context, view View) error {
	for cursor := ""; ; {
		page, err := r.subjects(ctx, view, cursor)
		if err != nil {
			return err
		}
		for subjects := range slices.Chunk(page.Subjects, pageRows) {
			if err := r.strayed(ctx, view, subjects); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func (r *run) strayed(ctx context.Context, view View, subjects []string) error {
	pause := firstPause
	for look := 0; ; look++ {
		unknown, err := r.unknown(ctx, subjects)
		if err != nil || len(unknown) == 0 {
			return err
		}
		leaving, err := r.leaving(ctx, unknown)
		if err != nil {
			return err
		}
		held, err := r.fingerprints(ctx, view, unknown)
		if err != nil {
			return err
		}
		subjects = nil
		for _, have := range held {
			if owner, err := events.OwnerOf(have.Subject); err == nil && leaving[owner] {
				subjects = append(subjects, have.Subject)
				continue
			}
			r.report(stray(view, have))
		}
		if look+1 == looks {
			r.result.Waiting += int64(len(subjects))
			return nil
		}
		if len(subjects) == 0 {
			return nil
		}
		if err := operate.Pause(ctx, pause); err != nil {
			return err
		}
		pause = min(lastPause, pause*3/2)
	}
}

func stray(view View, have projectors.Fingerprint) Difference {
	return Difference{
		Store: view.Name, Kind: TooMuch, Subject: have.Subject, hopeless: true,
		Detail: fmt.Sprintf("the ledger never had it: `larder rebuild %s` mends it", view.Name),
	}
}

func (r *run) unknown(ctx context.Context, subjects []string) ([]string, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	known, err := r.Ledger.Known(ctx, subjects)
	if err != nil {
		return nil, err
	}
	slices.Sort(known)
	return slices.DeleteFunc(slices.Clone(subjects), func(s string) bool {
		_, found := slices.BinarySearch(known, s)
		return found
	}), nil
}

// leaving returns the subjects' owners who were deleted but whom the projections haven't erased
// yet.
func (r *run) leaving(ctx context.Context, subjects []string) (map[string]bool, error) {
	var accounts []string
	for _, subject := range subjects {
		if owner, err := events.OwnerOf(subject); err == nil {
			accounts = append(accounts, events.UserSubject(owner))
		}
	}
	slices.Sort(accounts)
	entries, err := r.Ledger.LatestOf(ctx, slices.Compact(accounts))
	if err != nil {
		return nil, err
	}
	erased, err := r.Control.ErasedUpTo(ctx)
	if err != nil {
		return nil, fmt.Errorf("ask whether deleted users are erased: %w", err)
	}
	leaving := map[string]bool{}
	for _, e := range entries {
		leaving[e.Event.User()] = e.Event.Type == events.UserDeleted && (!e.Published || !passed(erased, e.Sequence))
	}
	return leaving, nil
}

func subjectsOf(of differences) []string {
	subjects := make([]string, 0, len(of))
	for at := range of {
		subjects = append(subjects, at.subject)
	}
	slices.Sort(subjects)
	return slices.Compact(subjects)
}

func sorted(of differences) []Difference {
	return slices.SortedFunc(maps.Values(of), func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Store, b.Store))
	})
}
