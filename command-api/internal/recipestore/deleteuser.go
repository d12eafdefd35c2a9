package recipestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
)

// deleteAttempts limits DeleteUser's retries after conflicts with the relay, which may be marking
// ledger rows while they are deleted.
const deleteAttempts = 5

// DeleteUser deletes all rows of a user and leaves one event that tells the backup to do the same.
// Its only personal data is the id.
func (s *Store) DeleteUser(ctx context.Context, id string) error {
	for attempt := 1; ; attempt++ {
		err := s.deleteUser(ctx, id)
		if err == nil {
			s.hint()
			return nil
		}
		if !postgres.Retryable(err) || attempt == deleteAttempts {
			return fmt.Errorf("delete user %s: %w", id, err)
		}
	}
}

func (s *Store) deleteUser(ctx context.Context, id string) error {
	var u Account
	return s.transact(ctx, id, lockUser(id, &u), func() (*pgx.Batch, error) {
		now := Now()
		event, err := userEvent(events.UserDeleted, events.User{
			ID: id, Version: u.Version + 1, CreatedAt: now, UpdatedAt: now,
		})
		if err != nil {
			return nil, err
		}
		batch := &pgx.Batch{}
		// The relay may be marking rows of the ledger. Wait for it: it is quick and doesn't hold
		// the user's lock.
		batch.Queue(`SELECT set_config('lock_timeout', '0', true)`)
		for _, statement := range []string{
			tables.DeleteIngredientsOf, tables.DeleteRecipesOf, tables.DeleteKeysOf, tables.DeleteEntriesOf,
			tables.DeleteFileRemovalsOf, tables.DeleteTextRemovalsOf,
		} {
			batch.Queue(statement, id)
		}
		var drawn int64
		ledger.QueueDraw(batch, id, &drawn)
		ledger.QueueEntry(batch, id, entryOf(event), "", now)
		batch.Queue(tables.DeleteChangesOf, id)
		batch.Queue(tables.DeleteUser, id)
		return batch, nil
	})
}
