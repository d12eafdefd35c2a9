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
	// LedgerPage is a stretch of a user's rows.
	LedgerPage = recipestore.Page
	// Replay writes again what another database had of a user.
	Replay = recipestore.Replay
)

// RecipesSize counts the recipes that are there, and the bytes of their JSON: of many, about.
func RecipesSize(ctx context.Context, pool *recipestore.Pool) (recipes, bytes int64, err error) {
	return recipestore.RecipesSize(ctx, pool)
}

// Retention tells how long deleted recipes are kept, as the relay goes by it that leads or led last, 0 for ever; false where
// none has led yet.
func Retention(ctx context.Context, pool *recipestore.Pool) (keep time.Duration, known bool, err error) {
	clock, known, err := recipestore.ReadClock(ctx, pool)
	return clock.Keep, known, err
}

// ErrAhead is a stream that has a newer event than the ledger.
var ErrAhead = republish.ErrAhead

// Ledger is the record of all events, for whoever compares with it what was made of them.
type Ledger struct{ store *recipestore.Store }

// Ledger gives the ledger.
func (a *API) Ledger() Ledger { return Ledger{a.store} }

// Count counts the rows of the user with an id, or of all for "".
func (l Ledger) Count(ctx context.Context, user string) (int64, error) {
	return l.store.CountEvents(ctx, user)
}

// NextOwner gives the first user after another, by id, who has rows; "" behind the last. Before the first comes "".
func (l Ledger) NextOwner(ctx context.Context, after string) (string, error) {
	return l.store.NextOwner(ctx, after)
}

// LastChange gives the change number of a user's last row; 0 without one.
func (l Ledger) LastChange(ctx context.Context, user string) (int64, error) {
	return l.store.LastChange(ctx, user)
}

// LatestAfter gives the page of a user's rows behind a change number, and of them those that are the last of their
// subject.
func (l Ledger) LatestAfter(ctx context.Context, user string, after int64, rows int) (LedgerPage, error) {
	return l.store.LatestAfter(ctx, user, after, rows)
}

// RecipesUntil gives the last event until a time of a user's recipes, a page of them by subject, behind one; none behind
// the last. Before the first comes "".
func (l Ledger) RecipesUntil(ctx context.Context, user string, until time.Time, after string, rows int) ([]events.Envelope, error) {
	return l.store.RecipesUntil(ctx, user, until, after, rows)
}

// LatestOf gives the last row of each subject that has any, in no order.
func (l Ledger) LatestOf(ctx context.Context, subjects []string) ([]LedgerEntry, error) {
	return l.store.LatestOf(ctx, subjects)
}

// Known gives those of the subjects that the ledger has a row of.
func (l Ledger) Known(ctx context.Context, subjects []string) ([]string, error) {
	return l.store.Known(ctx, subjects)
}

// IsPublished tells whether the stream has every event of a user, deleted or not. After a deletion it is the sign that the
// stream can be purged of the user: an event that the relay had in hand would come after the purge otherwise.
func (l Ledger) IsPublished(ctx context.Context, user string) (bool, error) {
	n, err := l.store.UnpublishedOf(ctx, user)
	return err == nil && n == 0, err
}

// PublishAgain publishes the last event of a subject once more, marked, so that views take it over what they have of
// the same version. No newer event is overtaken. The error is ErrAhead, or that of a store.
func (l Ledger) PublishAgain(ctx context.Context, stream republish.Stream, subject string) error {
	if err := republish.Again(ctx, l.store, stream, subject); err != nil {
		return fmt.Errorf("mend %s: %w", subject, err)
	}
	return nil
}
