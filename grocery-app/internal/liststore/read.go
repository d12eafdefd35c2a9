package liststore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

const partColumns = `id, coalesce(request::text, ''), coalesce(recipe_id::text, ''), recipe, text, quantity,
	quantity_max, unit, name, note, position, ticked, removed`

func scanPart(row pgx.CollectableRow) (list.Part, error) {
	var p list.Part
	err := row.Scan(&p.ID, &p.Request, &p.RecipeID, &p.Recipe, &p.Text, &p.Quantity, &p.QuantityMax, &p.Unit,
		&p.Name, &p.Note, &p.Position, &p.Ticked, &p.Removed)
	return p, err
}

// Read returns a snapshot of a user's list, without removed parts. A user without a list has an
// empty one.
func (s *Store) Read(ctx context.Context, user string) (list.State, error) {
	state := list.State{Foods: map[string]list.Food{}}
	snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, snapshot, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `SELECT sequence, aisles FROM lists WHERE user_id = $1`, user).
			Scan(&state.Sequence, &state.Aisles)
		if err != nil {
			return err
		}
		if state.Parts, err = readParts(ctx, tx, user); err != nil {
			return err
		}
		return readFoods(ctx, tx, user, state.Foods)
	})
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return list.State{}, fmt.Errorf("read the list of %s: %w", user, err)
	}
	return state, nil
}

func readParts(ctx context.Context, tx pgx.Tx, user string) ([]list.Part, error) {
	rows, err := tx.Query(ctx, `SELECT `+partColumns+` FROM parts WHERE user_id = $1 AND removed = ''`, user)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPart)
}

func readFoods(ctx context.Context, tx pgx.Tx, user string, foods map[string]list.Food) error {
	rows, err := tx.Query(ctx, `SELECT food, aisle, position FROM foods WHERE user_id = $1`, user)
	if err != nil {
		return err
	}
	var key string
	var food list.Food
	_, err = pgx.ForEachRow(rows, []any{&key, &food.Aisle, &food.Position}, func() error {
		foods[key] = food
		return nil
	})
	return err
}
