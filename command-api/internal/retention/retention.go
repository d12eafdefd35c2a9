// Package retention forgets the recipes that were deleted long ago: their text goes from the tables, from the ledger and
// from the stream, and with the events that say so from every view. What stays are the numbers, so that whatever compares
// the stores with each other finds them the same.
package retention

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
)

const (
	// every is how often it is looked for what is due. Nobody waits for it.
	every = 15 * time.Minute
	// step is how far the retention's clock goes at most, forward or back, for each hour that this process has run: a
	// machine whose clock leaps by a year is believed after a week, and says so all the time.
	step = 48

	// page is how many recipes are looked up at once; pace is how long each one's turn is at least, so that the rest of
	// the database's work comes first.
	page = 100
	pace = 20 * time.Millisecond

	// soon is when what was forgotten is looked for in the stream again: the relay has published it by then.
	soon = time.Second
	// leap is a difference of the clocks that somebody should hear of.
	leap = 7 * 24 * time.Hour
)

// Stream is where the text is taken out of; *jetstream.Conn is one.
type Stream interface {
	Last(ctx context.Context, stream, subject string) (jetstream.Message, bool, error)
	PurgeBefore(ctx context.Context, stream, subject string, sequence uint64) (uint64, error)
	PurgeToLast(ctx context.Context, stream, subject string) (uint64, error)
}

// Retention is what one relay does beside its work, while it leads.
type Retention struct {
	Store  *recipestore.Store
	Stream Stream
	Keep   time.Duration // how long what was deleted is kept; 0 for ever
	Log    *slog.Logger

	now func() time.Time // nil for the machine's clock
}

// Run forgets what is due until ctx is done. What fails is logged and comes with the next turn.
func (r *Retention) Run(ctx context.Context) {
	var ran time.Duration // since the last turn, by the monotonic clock, which nobody sets
	for ctx.Err() == nil {
		began := time.Now()
		forgotten, left, err := r.Turn(ctx, ran)
		if forgotten > 0 {
			r.Log.InfoContext(ctx, "forgot deleted recipes", "recipes", forgotten)
		}
		for err == nil && left > 0 && time.Since(began) < every && rest(ctx, soon) {
			left, err = r.clean(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "forget deleted recipes", "error", err)
		}
		rest(ctx, every-time.Since(began))
		ran = time.Since(began)
	}
}

// Turn forgets what is due after a process ran for a while longer. It tells how many recipes that were, and of how many
// the stream has text still.
func (r *Retention) Turn(ctx context.Context, ran time.Duration) (forgotten, left int, err error) {
	now := time.Now
	if r.now != nil {
		now = r.now
	}
	machine := now()
	clock, err := r.Store.SetClock(ctx, machine, step*ran, r.Keep)
	if err != nil {
		return 0, 0, err
	}
	if apart := machine.Sub(clock.At).Abs(); apart > leap {
		r.Log.WarnContext(ctx, "the retention goes by a clock of its own, which differs from this machine's and follows it slowly: "+
			"this machine's was set, or Larder didn't run", "at", clock.At.UTC(), "apart", apart.Round(time.Hour).String())
	}
	if r.Keep > 0 {
		if forgotten, err = r.forget(ctx, earlier(clock.At, machine).Add(-r.Keep)); err != nil {
			return forgotten, 0, err
		}
	}
	left, err = r.clean(ctx)
	return forgotten, left, err
}

// earlier is the time of two clocks at which surely no more is due than by the right one.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// forget forgets what was deleted until a time. A recipe that can't be forgotten yet is passed over until the next turn.
func (r *Retention) forget(ctx context.Context, until time.Time) (forgotten int, err error) {
	for {
		due, err := r.Store.Deleted(ctx, until, page)
		if err != nil {
			return forgotten, err
		}
		before := forgotten
		for _, one := range due {
			done, err := r.Store.Forget(ctx, one, until)
			if err != nil {
				return forgotten, err
			}
			if done {
				forgotten++
			}
			if !rest(ctx, pace) {
				return forgotten, ctx.Err()
			}
		}
		if len(due) < page || forgotten == before {
			return forgotten, nil
		}
	}
}

// clean takes out of the stream what was there of forgotten recipes, and tells of how many there is something still: the
// relay hasn't published what is left of them.
func (r *Retention) clean(ctx context.Context) (left int, err error) {
	for after := (recipestore.Owned{}); ; {
		list, err := r.Store.Removals(ctx, after, page)
		if err != nil || len(list) == 0 {
			return left, err
		}
		for _, one := range list {
			after = one.Owned
			if !one.Published {
				left++
				continue
			}
			if err := r.remove(ctx, one); err != nil {
				return left, err
			}
			if !rest(ctx, pace) {
				return left, ctx.Err()
			}
		}
	}
}

// remove leaves the message of the deletion, and what came after it.
func (r *Retention) remove(ctx context.Context, one recipestore.Removal) error {
	subject := events.RecipeSubject(one.User, one.Recipe)
	last, found, err := r.Stream.Last(ctx, events.Stream, subject)
	if err != nil {
		return fmt.Errorf("look for the last event of recipe %s: %w", one.Recipe, err)
	}
	if found {
		before := last.Sequence
		if e, err := events.Parse(last.Subject, last.Header, last.Data); err == nil && e.Version > one.Version {
			before = min(before, one.Sequence) // its id was used again
		}
		if _, err := r.Stream.PurgeBefore(ctx, events.Stream, subject, before); err != nil {
			return err
		}
	}
	for _, request := range one.Requests {
		if _, err := r.Stream.PurgeToLast(ctx, events.Stream, request); err != nil {
			return err
		}
	}
	return r.Store.Removed(ctx, one)
}

// rest waits, and tells whether the time has passed.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
