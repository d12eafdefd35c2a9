package recipestore

import (
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// queueInsert writes a recipe whose id is certainly new, with its ledger row, whose data is the
// recipe. It comes after QueueDraw in the same transaction.
func queueInsert(batch *pgx.Batch, user, recipe string, e ledger.Entry, traceParent string, now time.Time) {
	batch.Queue(tables.InsertRecipe, user, e.ID, e.Type, e.SchemaVersion, e.Subject, e.Version, now, traceParent, e.Data, recipe)
}

// queueReplace is queueInsert over any existing recipe.
func queueReplace(batch *pgx.Batch, user, recipe string, e ledger.Entry, traceParent string, now time.Time) {
	batch.Queue(tables.PutRecipe, user, &e.ID, e.Type, e.SchemaVersion, e.Subject, e.Version, now, traceParent, e.Data,
		e.Type == string(events.RecipeDeleted), recipe)
}

// queueReplayed writes a recipe over any existing one, without a ledger row. data is the recipe as JSON.
func queueReplayed(batch *pgx.Batch, user string, r events.Recipe, data []byte, deleted bool) {
	batch.Queue(tables.PutRecipe, user, nil, "", 0, "", r.Version, r.UpdatedAt, "", data, deleted, r.ID)
}

// entryOf returns the ledger row of an event.
func entryOf(e Event) ledger.Entry {
	return ledger.Entry{
		ID: ledger.NewID(), Type: string(e.Type), SchemaVersion: events.CurrentVersion(e.Type),
		Subject: e.Subject, Version: e.Version, Data: e.Data,
	}
}
