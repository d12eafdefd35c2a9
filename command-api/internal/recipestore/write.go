package recipestore

import (
	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
)

// queueInsert writes a recipe whose id is certainly new. data is the recipe as JSON.
func queueInsert(batch *pgx.Batch, user string, r events.Recipe, data []byte) {
	batch.Queue(tables.InsertRecipe, user, data)
	queueIngredients(batch, user, r, data)
}

// queueReplace writes a recipe over any existing one. data is the recipe as JSON.
func queueReplace(batch *pgx.Batch, user string, r events.Recipe, data []byte, deleted bool) {
	batch.Queue(tables.PutRecipe, user, data, deleted)
	if deleted {
		return // the rows stay with the tombstone
	}
	batch.Queue(tables.DeleteIngredients, user, r.ID)
	queueIngredients(batch, user, r, data)
}

func queueIngredients(batch *pgx.Batch, user string, r events.Recipe, data []byte) {
	if len(r.Ingredients) > 0 {
		batch.Queue(tables.InsertIngredients, user, r.ID, data)
	}
}

// entryOf returns the ledger row of an event.
func entryOf(e Event) ledger.Entry {
	return ledger.Entry{
		ID: ledger.NewID(), Type: string(e.Type), SchemaVersion: events.CurrentVersion(e.Type),
		Subject: e.Subject, Version: e.Version, Data: e.Data,
	}
}
