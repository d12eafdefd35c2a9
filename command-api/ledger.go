package commandapi

import (
	"context"
	"fmt"
	"time"

	"larder.dev/command-api/internal/recipestore"
	"larder.dev/command-api/internal/republish"
	"larder.dev/events"
)

type (
	// LedgerEntry is one row of the ledger.
	LedgerEntry = recipestore.Entry
	// LedgerPage is a range of a user's rows.
	LedgerPage = recipestore.Page
	// Replay rewrites what another database had for a user.
	Replay = recipestore.Replay
)

// RecipesSize counts the existing recipes and the bytes of their JSON; for large tables it
// estimates.
func RecipesSize(ctx context.Context, pool *recipestore.Pool) (recipes, bytes int64, err error) {
	return recipestore.RecipesSize(ctx, pool)
}

// Retention returns how long deleted recipes are kept (0 for ever), as configured on the last relay
// to lead, and whether any relay has led yet.
func Retention(ctx context.Context, pool *recipestore.Pool) (keep time.Duration, known bool, err error) {
	clock, known, err := recipestore.ReadClock(ctx, pool)
	return clock.Keep, known, err
}

// ErrAhead means the stream has a newer event than the ledger.
var ErrAhead = republish.ErrAhead

// Ledger is the record of all events. Views are compared with it.
type Ledger struct{ store *recipestore.Store }

// Ledger returns the ledger.
func (a *API) Ledger() Ledger { return Ledger{a.store} }

// Count counts a user's rows, or all rows if user is "".
func (l Ledger) Count(ctx context.Context, user string) (int64, error) {
	return l.store.CountEvents(ctx, user)
}

// NextOwner returns the next user with rows, in order of id, or "" at the end. Start with "".
func (l Ledger) NextOwner(ctx context.Context, after string) (string, error) {
	return l.store.NextOwner(ctx, after)
}

// LastChange returns the change number of a user's last row, or 0 if there is none.
func (l Ledger) LastChange(ctx context.Context, user string) (int64, error) {
	return l.store.LastChange(ctx, user)
}

// LatestAfter reads a page of a user's rows after a change number and returns those that are the
// latest of their subject.
func (l Ledger) LatestAfter(ctx context.Context, user string, after int64, rows int) (LedgerPage, error) {
	return l.store.LatestAfter(ctx, user, after, rows)
}

// RecipesUntil returns the last event of each of a user's recipes up to a time, one page ordered by
// subject, after the given subject. Start with ""; an empty page is the end.
func (l Ledger) RecipesUntil(ctx context.Context, user string, until time.Time, after string, rows int) ([]events.Envelope, error) {
	return l.store.RecipesUntil(ctx, user, until, after, rows)
}

// LatestOf returns the last row of each given subject that has one, in no particular order.
func (l Ledger) LatestOf(ctx context.Context, subjects []string) ([]LedgerEntry, error) {
	return l.store.LatestOf(ctx, subjects)
}

// Known returns those of the given subjects that have rows in the ledger.
func (l Ledger) Known(ctx context.Context, subjects []string) ([]string, error) {
	return l.store.Known(ctx, subjects)
}

// IsPublished reports whether every event of a user, deleted or not, is in the stream. After
// deleting a user, wait for it before purging the stream: an event still held by the relay would
// otherwise arrive after the purge.
func (l Ledger) IsPublished(ctx context.Context, user string) (bool, error) {
	n, err := l.store.UnpublishedOf(ctx, user)
	return err == nil && n == 0, err
}

// PublishAgain republishes a subject's last event with a mark that makes views replace what they
// have at that version. It never overtakes a newer event. It returns ErrAhead or a store's error.
func (l Ledger) PublishAgain(ctx context.Context, stream republish.Stream, subject string) error {
	if err := republish.Again(ctx, l.store, stream, subject); err != nil {
		return fmt.Errorf("mend %s: %w", subject, err)
	}
	return nil
}
