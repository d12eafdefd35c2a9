package recipestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// Replay writes a recipe as it was on another database, with the event that made it so, under the user's next
// change number. The transaction holds the user's lock.
func Replay(ctx context.Context, tx pgx.Tx, user string, r events.Recipe, e events.Envelope) error {
	batch := &pgx.Batch{}
	var drawn int64
	ledger.QueueDraw(batch, user, &drawn)
	if err := queueReplace(batch, user, r, e.Type == events.RecipeDeleted); err != nil {
		return err
	}
	queueReplayed(batch, user, e)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replay event %s of recipe %s: %w", e.ID, r.ID, err)
	}
	return nil
}

// ReplayEvent is Replay for an event that changes no recipe.
func ReplayEvent(ctx context.Context, tx pgx.Tx, user string, e events.Envelope) error {
	batch := &pgx.Batch{}
	var drawn int64
	ledger.QueueDraw(batch, user, &drawn)
	queueReplayed(batch, user, e)
	if err := tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replay event %s: %w", e.ID, err)
	}
	return nil
}

func queueReplayed(batch *pgx.Batch, user string, e events.Envelope) {
	batch.Queue(`INSERT INTO event_log (event_id, user_id, type, schema_version, subject, version, change, time, traceparent, data)
		VALUES ($2, $1, $3, $4, $5, $6, (SELECT change FROM user_changes WHERE user_id = $1), $7, $8, $9)`,
		user, e.ID, string(e.Type), e.SchemaVersion, e.Subject, e.Version, e.Time, e.TraceParent, []byte(e.Data))
}
