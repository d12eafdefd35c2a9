package recipestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Owned identifies a recipe: an id is only unique per user.
type Owned struct{ User, Recipe string }

// Deleted returns up to limit recipes that were deleted by a time and aren't forgotten yet, in
// order of deletion.
func (s *Store) Deleted(ctx context.Context, until time.Time, limit int) ([]Owned, error) {
	rows, err := s.pool.Query(ctx, tables.RecipesToForget, until, limit)
	var list []Owned
	if err == nil {
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Owned])
	}
	if err != nil {
		return nil, fmt.Errorf("find the recipes that were deleted until %s: %w", until.Format(time.RFC3339), err)
	}
	return list, nil
}

// Forget erases the text of a recipe that was deleted by a time: its row keeps the numbers, and its
// ledger only the deletion's row, which is queued for the relay again. done is false if the recipe
// was recreated, or the stream lacks one of its events, which a view may still need.
func (s *Store) Forget(ctx context.Context, of Owned, until time.Time) (done bool, err error) {
	var (
		gone   deletion
		events int
	)
	subject := subjectOf(of)
	opening := ledger.Begin()
	ledger.QueueLock(opening, of.User)
	opening.Queue(tables.RecipeToForget, of.User, of.Recipe, until).
		QueryRow(func(row pgx.Row) error {
			err := row.Scan(&gone.version, &gone.change, &gone.createdAt, &gone.updatedAt)
			if errors.Is(err, pgx.ErrNoRows) {
				return nil
			}
			return err
		})
	opening.Queue(tables.CountUnpublishedOf, subject, of.User, of.Recipe).
		QueryRow(func(row pgx.Row) error { return row.Scan(&events) })
	err = ledger.Transact(ctx, s.pool, opening, func() (*pgx.Batch, error) {
		if gone.version == 0 || events > 0 {
			return nil, nil
		}
		done = true
		return gone.forget(of)
	})
	if errors.Is(err, ErrNoUser) {
		return false, nil // the user's recipes are gone too
	}
	if err != nil {
		return false, fmt.Errorf("forget recipe %s of user %s: %w", of.Recipe, of.User, err)
	}
	return done, nil
}

func subjectOf(of Owned) string { return events.RecipeSubject(of.User, of.Recipe) }

// deletion is the row of a deleted recipe.
type deletion struct {
	version, change      int64
	createdAt, updatedAt time.Time
}

func (d deletion) forget(of Owned) (*pgx.Batch, error) {
	left := events.Recipe{
		ID: of.Recipe, Version: d.version, CreatedAt: d.createdAt.UTC(), UpdatedAt: d.updatedAt.UTC(),
	}.Forget()
	data, err := recipe.EncodeRecipe(left)
	if err != nil {
		return nil, err
	}
	batch := &pgx.Batch{}
	batch.Queue(tables.EmptyRecipe, of.User, of.Recipe)
	batch.Queue(tables.DeleteIngredients, of.User, of.Recipe)
	ledger.QueueForget(batch, ledger.Deletion{
		User: of.User, ID: of.Recipe, Subject: subjectOf(of), Version: d.version, Change: d.change,
		SchemaVersion: events.CurrentVersion(events.RecipeDeleted), Data: data,
	})
	return batch, nil
}

// Removal is a forgotten recipe whose older messages are still in the stream.
type Removal struct {
	Owned

	Version   int64
	Published bool     // the deletion's row is in the stream without its text
	Sequence  uint64   // its place there
	Requests  []string // the subjects of its grocery requests; only each one's last message is without text
}

// Removals returns the first ones after a recipe, by user and recipe.
func (s *Store) Removals(ctx context.Context, after Owned, limit int) ([]Removal, error) {
	rows, err := s.pool.Query(ctx, tables.Removals, cmp.Or(after.User, uuid.Nil.String()), cmp.Or(after.Recipe, uuid.Nil.String()), limit)
	var list []Removal
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Removal, err error) {
			var sequence int64
			err = row.Scan(&r.User, &r.Recipe, &r.Version, &r.Published, &sequence, &r.Requests)
			r.Sequence = uint64(sequence)
			return r, err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("list what is to be taken out of the stream: %w", err)
	}
	return list, nil
}

// Removed records that the stream has no text of a forgotten recipe any more.
func (s *Store) Removed(ctx context.Context, r Removal) error {
	err := tables.New(s.pool).Removed(ctx, tables.RemovedParams{UserID: r.User, RecipeID: r.Recipe, Version: r.Version})
	if err != nil {
		return fmt.Errorf("note that the stream has no text of recipe %s of user %s: %w", r.Recipe, r.User, err)
	}
	return nil
}

// RemoveAgain records that the stream has text of a forgotten recipe, for the relay to remove.
func (s *Store) RemoveAgain(ctx context.Context, of Owned, version int64) error {
	note := tables.NoteRemovalParams{UserID: of.User, RecipeID: of.Recipe, Version: version}
	if err := tables.New(s.pool).NoteRemoval(ctx, note); err != nil {
		return fmt.Errorf("note that the stream has text of recipe %s of user %s: %w", of.Recipe, of.User, err)
	}
	return nil
}

// Clock is the retention's clock.
type Clock struct {
	At   time.Time
	Keep time.Duration // how long deleted recipes are kept, as configured on the last leading relay; 0 for ever
}

// SetClock moves the clock towards the machine's by at most step. It starts at the time of the
// ledger's last row, which is certainly past, or at the machine's time if that is earlier.
func (s *Store) SetClock(ctx context.Context, now time.Time, step, keep time.Duration) (Clock, error) {
	clock := Clock{Keep: keep}
	err := s.pool.QueryRow(ctx, tables.SetClock, now, keep, step).Scan(&clock.At)
	if err != nil {
		return Clock{}, fmt.Errorf("set the clock of the retention: %w", err)
	}
	return clock, nil
}

// queueClock reads the clock. It leaves the time zero if no relay has led yet.
func queueClock(batch *pgx.Batch, at *time.Time) {
	batch.Queue(tables.Clock).QueryRow(func(row pgx.Row) error {
		var keep time.Duration
		err := row.Scan(at, &keep)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		*at = at.UTC()
		return err
	})
}

// ReadClock returns a database's clock, and false if no relay has led there yet.
func ReadClock(ctx context.Context, pool *Pool) (clock Clock, set bool, err error) {
	err = pool.QueryRow(ctx, tables.Clock).Scan(&clock.At, &clock.Keep)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Clock{}, false, nil
	case err != nil:
		return Clock{}, false, fmt.Errorf("read the clock of the retention: %w", err)
	default:
		return clock, true, nil
	}
}
