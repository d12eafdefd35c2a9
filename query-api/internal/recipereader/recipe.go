package recipereader

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/events"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Stored is a recipe as the database has it. A deleted one stays, with the version of its deletion.
type Stored struct {
	Recipe     events.Recipe // with the parts of its rows, also where they are kept as text alone
	Understood bool          // whether the rows have parts that aren't kept
	Change     int64         // the owner's change number of its last change
	Deleted    bool
}

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
		row, err := tables.New(pool).Recipe(ctx, tables.RecipeParams{UserID: owner, ID: id})
		if err == nil {
			stored, err = storedOf(row)
		}
		return err
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Stored{}, source, fmt.Errorf("recipe %s of user %s: %w", id, owner, ErrNotFound)
	}
	if err != nil {
		return Stored{}, source, fmt.Errorf("read recipe %s of user %s: %w", id, owner, err)
	}
	return stored, source, nil
}

func storedOf(row tables.RecipeRow) (Stored, error) {
	r, err := recipe.Decode(row.Recipe, row.Ingredients)
	if err != nil {
		return Stored{}, err
	}
	s := Stored{Change: row.Change, Deleted: row.Deleted}
	s.Recipe, s.Understood = recipe.Understood(r)
	return s, nil
}
