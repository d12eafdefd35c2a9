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

// Stored is a recipe as stored. A deleted one remains, with the version of its deletion.
type Stored struct {
	Recipe     events.Recipe // including the parts of its rows, even if they are stored as text alone
	Understood bool          // whether the rows have derived parts that aren't stored
	Change     int64         // the owner's change number at its last change
	Deleted    bool
}

// Version returns a recipe's version, deleted or not, or 0 if the owner never used the id.
func (r *Recipes) Version(ctx context.Context, owner, id string) (version int64, source Source, err error) {
	if _, err := uuid.Parse(id); err != nil {
		return 0, Primary, nil //nolint:nilerr // no recipe has such an id
	}
	source, err = r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		err := pool.QueryRow(ctx, tables.RecipeVersion, owner, id).Scan(&version)
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

// LastWrite returns the id and version of the recipe that the owner changed last, deleted or not;
// "" if there is none.
func (r *Recipes) LastWrite(ctx context.Context, owner string) (id string, version int64, source Source, err error) {
	source, err = r.read(ctx, func(ctx context.Context, pool *pgxpool.Pool) error {
		err := pool.QueryRow(ctx, tables.LastWrite, owner).Scan(&id, &version)
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

// Recipe reads one recipe, deleted or not. It returns ErrNotFound, ErrUnavailable, or another
// failure.
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
