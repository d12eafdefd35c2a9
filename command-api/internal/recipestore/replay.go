package recipestore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Replay rewrites what another database had for a user, each event with the user's next change
// number. The transaction holds the user's lock.
type Replay struct {
	Tx   pgx.Tx
	User string
}

// Recipe writes a recipe in an earlier state, with the event that led to it.
func (p Replay) Recipe(ctx context.Context, r events.Recipe, e events.Envelope) error {
	batch := &pgx.Batch{}
	var drawn int64
	ledger.QueueDraw(batch, p.User, &drawn)
	data, err := recipe.Encode(r) // the event may be of an earlier version
	if err != nil {
		return err
	}
	queueReplayed(batch, p.User, r, data, e.Type == events.RecipeDeleted)
	queueEntry(batch, p.User, e)
	if err := p.Tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replay event %s of recipe %s: %w", e.ID, r.ID, err)
	}
	return nil
}

// Event writes an event that changes no recipe.
func (p Replay) Event(ctx context.Context, e events.Envelope) error {
	batch := &pgx.Batch{}
	var drawn int64
	ledger.QueueDraw(batch, p.User, &drawn)
	queueEntry(batch, p.User, e)
	if err := p.Tx.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("replay event %s: %w", e.ID, err)
	}
	return nil
}

func queueEntry(batch *pgx.Batch, user string, e events.Envelope) {
	batch.Queue(tables.InsertEntry, user, e.ID, string(e.Type), e.SchemaVersion, e.Subject, e.Version, e.Time, e.TraceParent, []byte(e.Data))
}
