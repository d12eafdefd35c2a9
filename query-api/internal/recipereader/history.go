package recipereader

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Version is one entry of a recipe's history.
type Version struct {
	Number int64
	Type   events.Type // what happened
	Name   string      // at that version
	Time   time.Time
}

// ErrTextGone means the recipe was deleted so long ago that only the numbers of its history remain.
var ErrTextGone = errors.New("the text of the recipe is gone")

// History reads a recipe's versions below before, newest first. They come from the ledger, which
// only the primary has. It returns ErrNotFound if the owner never had the recipe, ErrTextGone if
// these versions were erased, ErrUnavailable, or another failure.
func (r *Recipes) History(ctx context.Context, owner, id string, before int64, limit int) (page []Version, more bool, err error) {
	subject := events.RecipeSubject(owner, id)
	rows, err := r.primary.Query(ctx, tables.VersionsBefore, subject, before, limit+1)
	if err == nil {
		page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
			err = row.Scan(&v.Number, &v.Type, &v.Name, &v.Time)
			v.Time = v.Time.UTC()
			return v, err
		})
	}
	if err != nil {
		return nil, false, fmt.Errorf("read the history of recipe %s of user %s: %w", id, owner, unavailable(ctx, err))
	}
	if len(page) == 0 {
		return nil, false, fmt.Errorf("history of recipe %s of user %s before version %d: %w", id, owner, before,
			r.missing(ctx, subject, 1, before))
	}
	return page[:min(len(page), limit)], len(page) > limit, nil
}

// AsOf reads a recipe as it was at a version; its errors are those of History.
func (r *Recipes) AsOf(ctx context.Context, owner, id string, version int64) (events.Recipe, error) {
	e := events.Envelope{Source: events.Source, Subject: events.RecipeSubject(owner, id), Version: version}
	err := r.primary.QueryRow(ctx, tables.VersionAt, e.Subject, version).
		Scan(&e.ID, &e.Type, &e.SchemaVersion, (*[]byte)(&e.Data))
	if errors.Is(err, pgx.ErrNoRows) {
		return events.Recipe{}, fmt.Errorf("version %d of recipe %s of user %s: %w", version, id, owner,
			r.missing(ctx, e.Subject, version, version+1))
	}
	if err != nil {
		return events.Recipe{}, fmt.Errorf("read version %d of recipe %s of user %s: %w", version, id, owner, unavailable(ctx, err))
	}
	earlier, err := events.DecodeRecipe(e)
	if err != nil {
		return events.Recipe{}, fmt.Errorf("read version %d of recipe %s of user %s: %w", version, id, owner, err)
	}
	if earlier.Forgotten() {
		return events.Recipe{}, fmt.Errorf("version %d of recipe %s of user %s: %w", version, id, owner, ErrTextGone)
	}
	earlier, _ = recipe.Understood(earlier)
	return earlier, nil
}

// missing explains why the versions in [from, before) don't exist: a recipe's versions have no
// gaps, so if a later one exists, they were erased.
func (r *Recipes) missing(ctx context.Context, subject string, from, before int64) error {
	later, err := tables.New(r.primary).HasVersionFrom(ctx, tables.HasVersionFromParams{Subject: subject, Version: from})
	switch {
	case err != nil:
		return unavailable(ctx, err)
	case later && before > from:
		return ErrTextGone
	default:
		return ErrNotFound
	}
}
