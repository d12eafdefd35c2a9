package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

// Apply does operations in their order, each unless it was done before, and gives the sequence that the list
// has then. ErrErased if the user was erased, *list.TooMany if the list would have more items than it may: none is done then.
func (s *Store) Apply(ctx context.Context, user string, operations []list.Operation) (int64, error) {
	sequence, err := s.change(ctx, user, func(tx pgx.Tx, sequence int64) (int64, error) {
		longer := false
		for _, operation := range operations {
			tag, err := tx.Exec(ctx, `
				INSERT INTO operations (user_id, id, sequence, body) VALUES ($1, $2, $3, $4)
				ON CONFLICT DO NOTHING`, user, operation.ID, sequence+1, operation)
			if err != nil {
				return 0, err
			}
			if tag.RowsAffected() == 0 {
				continue
			}
			sequence++
			longer = longer || operation.Lengthens()
			if err := apply(ctx, tx, user, operation, sequence); err != nil {
				return 0, fmt.Errorf("%s of operation %s: %w", operation.Kind, operation.ID, err)
			}
		}
		if longer {
			return sequence, s.checkRoom(ctx, tx, user, 0)
		}
		return sequence, nil
	})
	if err != nil {
		return 0, fmt.Errorf("apply operations of %s: %w", user, err)
	}
	return sequence, nil
}

func apply(ctx context.Context, tx pgx.Tx, user string, operation list.Operation, sequence int64) error {
	switch operation.Kind {
	case list.Add:
		return insert(ctx, tx, user, list.FromText(operation.Parts[0], operation.Text, float64(sequence)))
	case list.Shelve:
		_, err := tx.Exec(ctx, `
			INSERT INTO foods (user_id, food, aisle) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, food) DO UPDATE SET aisle = excluded.aisle`,
			user, operation.Food, operation.Aisle)
		return err
	case list.Place:
		_, err := tx.Exec(ctx, `
			INSERT INTO foods (user_id, food, position) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, food) DO UPDATE SET position = excluded.position`,
			user, operation.Food, operation.Position)
		return err
	case list.Arrange:
		_, err := tx.Exec(ctx, `UPDATE lists SET aisles = $2 WHERE user_id = $1`, user, operation.Aisles)
		return err
	default:
		return changeParts(ctx, tx, user, operation)
	}
}

// insert leaves a part with that id alone: a person's device chose it, and another's may not write over it.
func insert(ctx context.Context, tx pgx.Tx, user string, p list.Part) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO parts (user_id, id, text, quantity, unit, name, note, position)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		user, p.ID, p.Text, p.Quantity, p.Unit, p.Name, p.Note, p.Position)
	return err
}

// changeParts applies the rules of the list to the parts that the operation is about.
func changeParts(ctx context.Context, tx pgx.Tx, user string, operation list.Operation) error {
	where, about := `id = ANY($2)`, any(operation.Parts)
	if operation.Kind == list.Withdraw {
		where, about = `request = $2`, operation.Request
	}
	rows, err := tx.Query(ctx, `SELECT `+partColumns+` FROM parts WHERE user_id = $1 AND `+where, user, about)
	if err != nil {
		return err
	}
	parts, err := pgx.CollectRows(rows, scanPart)
	if err != nil {
		return err
	}
	updates := &pgx.Batch{}
	for _, before := range parts {
		if p := operation.On(before); p != before {
			updates.Queue(`
				UPDATE parts SET text = $3, quantity = $4, quantity_max = $5, unit = $6, name = $7, note = $8,
					ticked = $9, removed = $10, changed_at = now()
				WHERE user_id = $1 AND id = $2`,
				user, p.ID, p.Text, p.Quantity, p.QuantityMax, p.Unit, p.Name, p.Note, p.Ticked, p.Removed)
		}
	}
	return tx.SendBatch(ctx, updates).Close()
}
