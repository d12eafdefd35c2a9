package postgres

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
)

// queuePast reads a recipe as it was at an earlier version from the ledger, whose rows carry it whole. past
// stays nil where the recipe never had that version.
func queuePast(batch *pgx.Batch, cmd Command, past **events.Recipe) {
	e := events.Envelope{Source: events.Source, Subject: events.RecipeSubject(cmd.User, cmd.Recipe), Version: cmd.Past}
	batch.Queue(`SELECT event_id, type, schema_version, data FROM event_log WHERE subject = $1 AND version = $2`,
		e.Subject, e.Version).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&e.ID, &e.Type, &e.SchemaVersion, (*[]byte)(&e.Data))
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		r, err := events.DecodeRecipe(e)
		if err != nil {
			return fmt.Errorf("read version %d of recipe %s: %w", cmd.Past, cmd.Recipe, err)
		}
		*past = &r
		return nil
	})
}
