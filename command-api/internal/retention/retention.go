// Package retention erases recipes that were deleted long ago: their text is removed from the
// tables, the ledger and the stream, and, through the events that say so, from every view. The
// numbers stay, so that comparing the stores still finds them equal.
package retention

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/events"
	"larder.dev/internal/jetstream"
	"larder.dev/internal/retry"
)

const (
	// every is how often due recipes are looked for. Nobody waits for it.
	every = 15 * time.Minute
	// step limits how many hours the retention's clock moves, forward or back, per hour that this
	// process has run: a machine whose clock leaps by a year is believed after a week, with
	// warnings throughout.
	step = 48

	// page is how many recipes are read at once; pace is the minimum time per recipe, so that the
	// database's other work comes first.
	page = 100
	pace = 20 * time.Millisecond

	// soon is when to check the stream for forgotten text again: by then the relay has published
	// the change.
	soon = time.Second
	// leap is a clock difference worth a warning.
	leap = 7 * 24 * time.Hour
)

// Stream is where the text is removed from; *jetstream.Conn implements it.
type Stream interface {
	Last(ctx context.Context, stream, subject string) (jetstream.Message, bool, error)
	PurgeBefore(ctx context.Context, stream, subject string, sequence uint64) (uint64, error)
	PurgeToLast(ctx context.Context, stream, subject string) (uint64, error)
}

// Retention is background work of the leading relay.
type Retention struct {
	Store  *recipestore.Store
	Stream Stream
	Keep   time.Duration // how long deleted recipes are kept; 0 for ever
	Log    *slog.Logger

	now func() time.Time // nil for the machine's clock
}

// Run erases due recipes until ctx is done. Failures are logged and retried at the next turn.
func (r *Retention) Run(ctx context.Context) {
	var ran time.Duration // since the last turn, by the monotonic clock, which can't be set
	for ctx.Err() == nil {
		began := time.Now()
		forgotten, left, err := r.Turn(ctx, ran)
		if forgotten > 0 {
			r.Log.InfoContext(ctx, "forgot deleted recipes", "recipes", forgotten)
		}
		for err == nil && left > 0 && time.Since(began) < every && retry.Wait(ctx, soon) {
			left, err = r.clean(ctx)
		}
		if err != nil && ctx.Err() == nil {
			r.Log.WarnContext(ctx, "forget deleted recipes", "error", err)
		}
		retry.Wait(ctx, every-time.Since(began))
		ran = time.Since(began)
	}
}

// Turn erases what is due after the process has run for another ran. It returns how many recipes it
// erased and for how many the stream still has text.
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

// earlier returns the earlier of two clocks, by which nothing is due too soon.
func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// forget erases recipes deleted before a time. It skips those that can't be erased yet until the
// next turn.
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
			if !retry.Wait(ctx, pace) {
				return forgotten, ctx.Err()
			}
		}
		if len(due) < page || forgotten == before {
			return forgotten, nil
		}
	}
}

// clean removes erased recipes' text from the stream and returns for how many something remains
// because the relay hasn't yet published their erased state.
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
			if !retry.Wait(ctx, pace) {
				return left, ctx.Err()
			}
		}
	}
}

// remove keeps the deletion's message and what followed it.
func (r *Retention) remove(ctx context.Context, one recipestore.Removal) error {
	subject := events.RecipeSubject(one.User, one.Recipe)
	last, found, err := r.Stream.Last(ctx, events.Stream, subject)
	if err != nil {
		return fmt.Errorf("look for the last event of recipe %s: %w", one.Recipe, err)
	}
	if found {
		before := last.Sequence
		if e, err := events.Parse(last.Subject, last.Header, last.Data); err == nil && e.Version > one.Version {
			before = min(before, one.Sequence) // the id was used again
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
