package recipestore

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// The statements below take the change number from user_changes, where ledger.QueueDraw has put it in the same
// transaction. So it needs no round trip to this program and back.
const (
	insertRecipe = `INSERT INTO recipes (user_id, id, version, change, name, description, servings, prep_minutes,
		cook_minutes, source_url, tags, notes, steps, files, created_at, updated_at, deleted_at)
		VALUES ($1, $2, $3, (SELECT change FROM user_changes WHERE user_id = $1),
			$4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`

	replaceRecipe = insertRecipe + `
		ON CONFLICT (user_id, id) DO UPDATE SET version = excluded.version, change = excluded.change,
			name = excluded.name, description = excluded.description, servings = excluded.servings,
			prep_minutes = excluded.prep_minutes, cook_minutes = excluded.cook_minutes,
			source_url = excluded.source_url, tags = excluded.tags, notes = excluded.notes,
			steps = excluded.steps, files = excluded.files, created_at = excluded.created_at,
			updated_at = excluded.updated_at, deleted_at = excluded.deleted_at`

	insertIngredients = `INSERT INTO ingredients (user_id, recipe_id, position,
			text, quantity, quantity_max, unit, name, note, section, second)
		SELECT $1, $2, row.position - 1, row.text, row.quantity, row.quantity_max, row.unit, row.name, row.note, row.section, row.second::jsonb
		FROM unnest($3::text[], $4::float8[], $5::float8[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
			WITH ORDINALITY AS row(text, quantity, quantity_max, unit, name, note, section, second, position)`
)

// queueInsert writes a recipe with an id that is surely new.
func queueInsert(batch *pgx.Batch, user string, r events.Recipe) error {
	args, err := recipeArgs(user, r, false)
	if err != nil {
		return err
	}
	batch.Queue(insertRecipe, args...)
	return queueIngredients(batch, user, r)
}

// queueReplace writes a recipe over what there may be.
func queueReplace(batch *pgx.Batch, user string, r events.Recipe, deleted bool) error {
	args, err := recipeArgs(user, r, deleted)
	if err != nil {
		return err
	}
	batch.Queue(replaceRecipe, args...)
	if deleted {
		return nil // the rows stay with the tombstone
	}
	batch.Queue(`DELETE FROM ingredients WHERE user_id = $1 AND recipe_id = $2`, user, r.ID)
	return queueIngredients(batch, user, r)
}

func recipeArgs(user string, r events.Recipe, deleted bool) ([]any, error) {
	steps, err := json.Marshal(r.Steps)
	if err != nil {
		return nil, fmt.Errorf("write the steps of recipe %s: %w", r.ID, err)
	}
	files, err := json.Marshal(r.Files)
	if err != nil {
		return nil, fmt.Errorf("write the files of recipe %s: %w", r.ID, err)
	}
	var deletedAt *time.Time
	if deleted {
		deletedAt = &r.UpdatedAt
	}
	return []any{
		user, r.ID, r.Version, r.Name, r.Description, r.Servings, r.PrepMinutes, r.CookMinutes,
		r.SourceURL, r.Tags, r.Notes, steps, files, r.CreatedAt, r.UpdatedAt, deletedAt,
	}, nil
}

func queueIngredients(batch *pgx.Batch, user string, r events.Recipe) error {
	n := len(r.Ingredients)
	if n == 0 {
		return nil
	}
	var (
		texts, units, names, notes, sections = make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		from, to                             = make([]*float64, n), make([]*float64, n)
		seconds                              = make([]*string, n)
	)
	for i, row := range r.Ingredients {
		texts[i], from[i], to[i] = row.Text, row.Quantity, row.QuantityMax
		units[i], names[i], notes[i], sections[i] = row.Unit, row.Name, row.Note, row.Section
		if row.Second == nil {
			continue
		}
		second, err := json.Marshal(row.Second)
		if err != nil {
			return fmt.Errorf("write the second measure of row %d of recipe %s: %w", i, r.ID, err)
		}
		text := string(second)
		seconds[i] = &text
	}
	batch.Queue(insertIngredients, user, r.ID, texts, from, to, units, names, notes, sections, seconds)
	return nil
}

// entryOf makes the row of the ledger that an event is kept in.
func entryOf(e Event) ledger.Entry {
	return ledger.Entry{
		ID: ledger.NewID(), Type: string(e.Type), SchemaVersion: events.CurrentVersion(e.Type),
		Subject: e.Subject, Version: e.Version, Data: e.Data,
	}
}
