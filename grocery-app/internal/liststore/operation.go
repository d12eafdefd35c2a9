package liststore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

// Apply applies operations in order, skipping those already applied, and returns the list's new
// sequence. It returns ErrErased if the user was erased, and *list.TooMany if the list would exceed
// its limit, in which case it applies none. It returns bulkhead.ErrBusy if too many of the user's
// changes are waiting.
//
// However many parts the operations name, and however often, each part is read once and written
// once.
func (s *Store) Apply(ctx context.Context, user string, operations []list.Operation) (int64, error) {
	leave, err := s.turns.Enter(ctx, user)
	if err != nil {
		return 0, fmt.Errorf("apply operations of %s: %w", user, err)
	}
	defer leave()
	sequence, err := s.change(ctx, user, func(tx pgx.Tx, sequence int64) (int64, error) {
		fresh, err := unknown(ctx, tx, user, operations)
		if err != nil || len(fresh) == 0 {
			return sequence, err
		}
		parts, err := loadParts(ctx, tx, user, fresh)
		if err != nil {
			return 0, err
		}
		longer, writes := false, &pgx.Batch{}
		for _, operation := range fresh {
			sequence++
			longer = longer || operation.Lengthens()
			writes.Queue(`INSERT INTO operations (user_id, id, sequence, body) VALUES ($1, $2, $3, $4)`,
				user, operation.ID, sequence, operation)
			apply(writes, parts, user, operation, sequence)
		}
		parts.save(writes, user)
		if err := tx.SendBatch(ctx, writes).Close(); err != nil {
			return 0, err
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

// unknown returns the operations not applied before, each once.
func unknown(ctx context.Context, tx pgx.Tx, user string, operations []list.Operation) ([]list.Operation, error) {
	ids := make([]string, len(operations))
	for i, operation := range operations {
		ids[i] = operation.ID
	}
	rows, err := tx.Query(ctx, `SELECT id::text FROM operations WHERE user_id = $1 AND id = ANY($2::text[]::uuid[])`, user, ids)
	if err != nil {
		return nil, err
	}
	done, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	known := make(map[string]bool, len(operations))
	for _, id := range done {
		known[id] = true
	}
	var fresh []list.Operation
	for _, operation := range operations {
		id := canonical(operation.ID)
		if !known[id] {
			known[id] = true
			fresh = append(fresh, operation)
		}
	}
	return fresh, nil
}

// apply applies an operation to the parts and queues its other effects.
func apply(writes *pgx.Batch, parts *parts, user string, operation list.Operation, sequence int64) {
	switch operation.Kind {
	case list.Add:
		parts.add(list.FromText(operation.Parts[0], operation.Text, float64(sequence)))
	case list.Shelve:
		writes.Queue(`
			INSERT INTO foods (user_id, food, aisle) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, food) DO UPDATE SET aisle = excluded.aisle`,
			user, operation.Food, operation.Aisle)
	case list.Place:
		writes.Queue(`
			INSERT INTO foods (user_id, food, position) VALUES ($1, $2, $3)
			ON CONFLICT (user_id, food) DO UPDATE SET position = excluded.position`,
			user, operation.Food, operation.Position)
	case list.Arrange:
		writes.Queue(`UPDATE lists SET aisles = $2 WHERE user_id = $1`, user, operation.Aisles)
	default:
		parts.change(operation)
	}
}
