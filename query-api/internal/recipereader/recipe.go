package recipereader

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/recipe"
)

// Stored is a recipe as the database has it. A deleted one stays, with the version of its deletion.
type Stored struct {
	Recipe     events.Recipe // with the parts of its rows, also where they are kept as text alone
	Understood bool          // whether the rows have parts that aren't kept
	Change     int64         // the owner's change number of its last change
	Deleted    bool
}

// storedColumns are what scanStored reads: the row, and its ingredient rows as one JSON array in their order.
const storedColumns = `
	r.id::text, r.name, r.description, r.servings, r.prep_minutes, r.cook_minutes, r.source_url, r.tags,
	r.notes, r.steps, r.files, r.version, r.created_at, r.updated_at, r.change, r.deleted_at IS NOT NULL,
	coalesce((SELECT json_agg(json_build_object('text', i.text, 'quantity', i.quantity,
	                 'quantity_max', i.quantity_max, 'unit', i.unit, 'name', i.name, 'note', i.note,
	                 'section', i.section, 'second', i.second) ORDER BY i.position)
	          FROM ingredients i WHERE i.user_id = r.user_id AND i.recipe_id = r.id), '[]')`

// Version gives the version of a recipe, deleted or not; 0 for an id that the owner never used.
func (r *Recipes) Version(ctx context.Context, owner, id string) (version int64, source Source, err error) {
	if _, err := uuid.Parse(id); err != nil {
		return 0, Primary, nil //nolint:nilerr // nothing has such an id
	}
	source, err = r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		err := pool.QueryRow(ctx, `SELECT version FROM recipes WHERE user_id = $1 AND id = $2`, owner, id).Scan(&version)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, source, fmt.Errorf("read the version of recipe %s of user %s: %w", id, owner, err)
	}
	return version, source, nil
}

// LastWrite gives the recipe that the owner changed last, deleted or not, and its version; "" where there is none.
func (r *Recipes) LastWrite(ctx context.Context, owner string) (id string, version int64, source Source, err error) {
	source, err = r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		err := pool.QueryRow(ctx, `SELECT id::text, version FROM recipes WHERE user_id = $1 ORDER BY change DESC LIMIT 1`,
			owner).Scan(&id, &version)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return "", 0, source, fmt.Errorf("read the last write of user %s: %w", owner, err)
	}
	return id, version, source, nil
}

// Recipe reads one recipe, deleted or not. The error is ErrNotFound or ErrUnavailable, or another failure.
func (r *Recipes) Recipe(ctx context.Context, owner, id string) (Stored, Source, error) {
	var stored Stored
	source, err := r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		row := pool.QueryRow(ctx,
			`SELECT `+storedColumns+` FROM recipes r WHERE r.user_id = $1 AND r.id = $2`, owner, id)
		return scanStored(row, &stored)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Stored{}, source, fmt.Errorf("recipe %s of user %s: %w", id, owner, ErrNotFound)
	}
	if err != nil {
		return Stored{}, source, fmt.Errorf("read recipe %s of user %s: %w", id, owner, err)
	}
	return stored, source, nil
}

// scanStored fills a fresh Stored: a query may run twice, and rows of the first run mustn't show in the second.
func scanStored(row pgx.Row, into *Stored) error {
	var s Stored
	rc := &s.Recipe
	err := row.Scan(&rc.ID, &rc.Name, &rc.Description, &rc.Servings, &rc.PrepMinutes, &rc.CookMinutes,
		&rc.SourceURL, &rc.Tags, &rc.Notes, &rc.Steps, &rc.Files, &rc.Version, &rc.CreatedAt, &rc.UpdatedAt,
		&s.Change, &s.Deleted, &rc.Ingredients)
	if err != nil {
		return err
	}
	// The bytes made of this are those of the event: instants in UTC.
	rc.CreatedAt, rc.UpdatedAt = rc.CreatedAt.UTC(), rc.UpdatedAt.UTC()
	s.Recipe, s.Understood = recipe.Understood(s.Recipe)
	*into = s
	return nil
}
