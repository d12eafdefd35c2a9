package reconcile

import (
	"bytes"
	"context"
	"fmt"
	"sync"

	"golang.org/x/sync/errgroup"

	commandapi "larder.dev/command-api"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/projectors"
)

// location is where a difference is: one subject in one store.
type location struct{ store, subject string }

// differences are a page's, by location.
type differences map[location]Difference

// look compares entries with the current stream and views, all concurrently. It skips unpublished
// ones, which are the relay's job; what was sent before a restore is in no stream, and only a full
// copy brings it to the backup.
func (r *run) look(ctx context.Context, entries []commandapi.LedgerEntry) (differences, error) {
	var published []commandapi.LedgerEntry
	for _, e := range entries {
		if e.Published && !e.Restored {
			published = append(published, e)
		}
	}
	found := differences{}
	if len(published) == 0 {
		return found, nil
	}
	var mu sync.Mutex
	add := func(d Difference) {
		mu.Lock()
		defer mu.Unlock()
		found[location{d.Store, d.Subject}] = d
	}
	group, ctx := errgroup.WithContext(ctx)
	if r.Stream != nil {
		group.Go(func() error { return r.lookAtStream(ctx, published, add) })
	}
	for _, view := range r.Views {
		group.Go(func() error { return r.lookAtView(ctx, view, published, add) })
	}
	return found, group.Wait()
}

func (r *run) lookAtStream(ctx context.Context, entries []commandapi.LedgerEntry, add func(Difference)) error {
	subjects := make([]string, len(entries))
	for i, e := range entries {
		subjects[i] = e.Event.Subject
	}
	last, err := patiently(ctx, func() (map[string]jetstream.Message, error) {
		return r.Stream.LastOf(ctx, events.Stream, subjects)
	})
	if err != nil {
		return err
	}
	for _, e := range entries {
		msg, found := last[e.Event.Subject]
		if d, differs := compareMessage(e.Event, msg, found); differs {
			add(d)
		}
	}
	return nil
}

func compareMessage(want events.Envelope, msg jetstream.Message, found bool) (Difference, bool) {
	d := Difference{Store: StreamStore, Subject: want.Subject}
	if !found {
		d.Kind, d.Detail = Missing, fmt.Sprintf("the ledger has version %d", want.Version)
		return d, true
	}
	have, err := events.Parse(msg.Subject, msg.Header, msg.Data)
	switch {
	case err != nil:
		d.Kind, d.Detail = Stale, fmt.Sprintf("message %d can't be read: %v", msg.Sequence, err)
	case have.Version > want.Version:
		d.Kind, d.hopeless = TooMuch, true
		d.Detail = fmt.Sprintf("version %d, and the ledger ends at %d", have.Version, want.Version)
	case have.Version < want.Version:
		d.Kind, d.Detail = Stale, fmt.Sprintf("version %d, and the ledger has %d", have.Version, want.Version)
	case have.Type != want.Type || !bytes.Equal(have.Data, want.Data):
		d.Kind, d.Detail = Stale, fmt.Sprintf("version %d with another content", have.Version)
	default:
		return d, false
	}
	return d, true
}

func (r *run) lookAtView(ctx context.Context, view View, entries []commandapi.LedgerEntry, add func(Difference)) error {
	var wanted []projectors.Fingerprint
	var subjects []string
	for _, e := range entries {
		want, kept, err := view.Expect(e.Event)
		if err != nil {
			add(Difference{
				Store: view.Name, Subject: e.Event.Subject, Kind: Missing, hopeless: true,
				Detail: "its last event can't be applied: " + err.Error(),
			})
			continue
		}
		if kept {
			wanted, subjects = append(wanted, want), append(subjects, want.Subject)
		}
	}
	if len(subjects) == 0 {
		return nil
	}
	list, err := r.fingerprints(ctx, view, subjects)
	if err != nil {
		return err
	}
	held := make(map[string]projectors.Fingerprint, len(list))
	for _, have := range list {
		held[have.Subject] = have
	}
	for _, want := range wanted {
		have, found := held[want.Subject]
		if d, differs := view.compare(want, have, found); differs {
			add(d)
		}
	}
	return nil
}

// compare returns how a view differs from the ledger.
func (v View) compare(want, have projectors.Fingerprint, found bool) (Difference, bool) {
	d := Difference{Store: v.Name, Subject: want.Subject}
	switch {
	case !found && (v.MayLack || want.Version == 0), found && want == have:
		return d, false
	case !found:
		d.Kind, d.Detail = Missing, fmt.Sprintf("the ledger has version %d", want.Version)
	case want.Version == 0:
		d.Kind, d.Detail = TooMuch, "it was deleted"
	case have.Version > want.Version:
		d.Kind, d.hopeless = TooMuch, true
		d.Detail = fmt.Sprintf("version %d, and the ledger ends at %d: `larder rebuild %s` mends it", have.Version, want.Version, v.Name)
	case want.Deleted && !have.Deleted:
		d.Kind, d.Detail = TooMuch, fmt.Sprintf("it was deleted with version %d", want.Version)
	case have.Deleted && !want.Deleted && have.Version == want.Version:
		d.Kind, d.Detail = Missing, fmt.Sprintf("taken for deleted, and the ledger has version %d", want.Version)
	case have.Version < want.Version:
		d.Kind, d.Detail = Stale, fmt.Sprintf("version %d, and the ledger has %d", have.Version, want.Version)
	default:
		d.Kind, d.Detail = Stale, fmt.Sprintf("version %d with another content", have.Version)
	}
	return d, true
}
