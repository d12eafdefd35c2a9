package projectors

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"

	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

// Erased counts what was removed of a user from one place: a projection's view, or "stream".
type Erased struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// streamPlace names the streams' messages in a list of Erased.
const streamPlace = "stream"

// erased remembers the users erased while this process ran. Events of theirs that are already in
// flight would recreate them, so they are dropped. Users' ids are never reused.
type erased struct {
	mu    sync.RWMutex
	users []string
	known map[string]struct{}
	took  map[string][]Erased
}

// removed adds what was just removed of a user to what was removed before, and returns the totals.
func (e *erased) removed(user string, now []Erased) []Erased {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.took == nil {
		e.took = make(map[string][]Erased)
	}
	e.took[user] = mergeErased(e.took[user], now)
	return slices.Clone(e.took[user])
}

func (e *erased) add(user string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.known == nil {
		e.known = make(map[string]struct{})
	}
	e.known[user] = struct{}{}
	e.users = append(e.users, user)
}

func (e *erased) has(user string) bool {
	e.mu.RLock()
	defer e.mu.RUnlock()
	_, ok := e.known[user]
	return ok
}

// drops reports whether an event would recreate an erased user. The deletion itself doesn't: it
// removes what is there, and the replica's ledger keeps its row.
func (e *erased) drops(event Event) bool {
	return event.Type != events.UserDeleted && e.has(event.User())
}

// mark and since return who was erased in between.
func (e *erased) mark() int {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return len(e.users)
}

func (e *erased) since(mark int) []string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.users[mark:]
}

// Erase removes everything of a user from the streams, this process's views and the parked events.
// Only the account's last event stays in the stream, which after user.deleted holds nothing but the
// id. It is idempotent. It happens automatically on each user.deleted if this process's projections
// may see accounts; call it to wait for it and get the counts. They include everything this process
// has removed of the user since it started, because the event may have arrived before the call.
func (r *Runner) Erase(ctx context.Context, user string) ([]Erased, error) {
	if err := checkUser(user); err != nil {
		return nil, err
	}
	ctx, done, err := r.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := r.erasing.Acquire(ctx, 1); err != nil {
		return nil, fmt.Errorf("erase user %s: wait for another erasure: %w", user, context.Cause(ctx))
	}
	defer r.erasing.Release(1)
	r.erased.add(user)
	// Purge the stream first: what is gone from it can't be delivered any more.
	count, err := r.eraseStreams(ctx, user)
	if err != nil {
		return nil, err
	}
	list := []Erased{{Name: streamPlace, Count: count}}
	for _, w := range r.workers {
		count, err := w.erase(ctx, user)
		if err != nil {
			return r.erased.removed(user, list), err
		}
		list = append(list, Erased{Name: w.spec.Name, Count: count})
	}
	return r.erased.removed(user, list), nil
}

// checkUser rejects ids that would be a pattern in a subject: purging "*" would remove everyone's
// recipes.
func checkUser(user string) error {
	if user == "" || strings.ContainsAny(user, ".*> \t\r\n") {
		return fmt.Errorf("erase user %q: not an id", user)
	}
	return nil
}

func (r *Runner) eraseStreams(ctx context.Context, user string) (int, error) {
	var total uint64
	for _, purge := range []struct{ stream, subject string }{
		{events.Stream, events.RecipesOf(user)},
		{events.Stream, events.GroceriesOf(user)},
		{events.Stream, events.ImportsOf(user)},
	} {
		count, err := r.deps.Conn.Purge(ctx, purge.stream, purge.subject)
		if err != nil && !errors.Is(err, jetstream.ErrNotFound) {
			return 0, fmt.Errorf("erase user %s: %w", user, err)
		}
		total += count
	}
	count, err := r.deps.Conn.PurgeToLast(ctx, events.Stream, events.UserSubject(user))
	if err != nil && !errors.Is(err, jetstream.ErrNotFound) {
		return 0, fmt.Errorf("erase user %s: %w", user, err)
	}
	if count > 0 {
		count-- // the last one stays
	}
	return int(total + count), nil
}

// erase removes a user from the view while no write is running: one that started earlier would
// otherwise recreate the user.
func (w *worker) erase(ctx context.Context, user string) (int, error) {
	hold, err := w.gate.hold(ctx, 0)
	if err != nil {
		return 0, fmt.Errorf("erase user %s from %s: %w", user, w.spec.Name, err)
	}
	defer hold.release()
	count, err := w.projection.Erase(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("erase user %s from %s: %w", user, w.spec.Name, err)
	}
	theirs := func(p ParkedEvent) bool {
		owner, err := events.OwnerOf(p.Subject)
		return err == nil && owner == user
	}
	err = errors.Join(w.parking.clear(ctx, w.spec.Name, theirs), w.parking.clearDropped(ctx, w.spec.Name, theirs))
	if err != nil {
		return count, fmt.Errorf("erase user %s from what %s parked: %w", user, w.spec.Name, err)
	}
	return count, nil
}

// erasure erases users on user.deleted. It is a projection so that this happens even if the process
// that deleted the user died, and only after all of the user's events have reached the stream.
type erasure struct{ runner *Runner }

// erasureName is the name of this projection, which has no view.
const erasureName = "erasure"

// ErasedUpTo returns the sequence up to which every deleted user has been erased everywhere, or 0
// if no process has started that.
func (c *Control) ErasedUpTo(ctx context.Context) (uint64, error) {
	info, err := c.conn.ConsumerInfo(ctx, events.Stream, durable(erasureName))
	if errors.Is(err, jetstream.ErrNotFound) {
		return 0, nil
	}
	return info.AckFloor, err
}

// Spec implements Projection.
func (e *erasure) Spec() Spec {
	return Spec{Name: erasureName, Filters: []string{events.AllUsers}, Lanes: 1, Batch: 1}
}

// Apply implements Projection.
func (e *erasure) Apply(ctx context.Context, batch []Event) error {
	for _, event := range batch {
		if event.Type != events.UserDeleted {
			continue
		}
		if err := e.erase(ctx, event.User()); err != nil {
			return err
		}
	}
	return nil
}

func (e *erasure) erase(ctx context.Context, user string) error {
	places, err := e.runner.Erase(ctx, user)
	if err != nil {
		return err
	}
	others, err := e.runner.eraseElsewhere(ctx, user)
	if err != nil {
		return err
	}
	places = mergeErased(places, others)
	if missing := e.runner.without(places); len(missing) > 0 {
		return fmt.Errorf("erase user %s: no process runs %s", user, strings.Join(missing, ", "))
	}
	e.runner.deps.Log.InfoContext(ctx, "erased a deleted user", slog.String("user", user), slog.Any("places", places))
	return nil
}

// without returns the projections that are missing from places: their processes are down and
// wouldn't learn of the erasure later. So the erasure is retried until they are back.
func (r *Runner) without(places []Erased) []string {
	var missing []string
	for _, name := range r.deps.Everywhere {
		if !slices.ContainsFunc(places, func(p Erased) bool { return p.Name == name }) {
			missing = append(missing, name)
		}
	}
	return missing
}

// Erase implements Projection. There is no view.
func (e *erasure) Erase(context.Context, string) (int, error) { return 0, nil }

// Fresh implements Projection. There is no view.
func (e *erasure) Fresh(context.Context) (bool, error) { return false, nil }

// Rebuild implements Projection. There is no view.
func (e *erasure) Rebuild(context.Context) (Target, error) {
	return nil, fmt.Errorf("%w: erasure has no view", ErrUnknownProjection)
}
