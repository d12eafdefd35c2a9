package recipestore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
)

// Update runs one command: it takes the user's lock, loads what the command is about, lets decide look at
// it, and writes what was decided, with its event and with its answer under the key, in one transaction of
// two round trips. A key that was used before gives the first answer, and decide isn't asked.
//
// The errors are ErrNoUser, ErrKeyReused, ErrTooManyRecipes, what decide gives, and those of the database. After one of the
// database the transaction may have been committed; a repeat with the same key finds out.
func (s *Store) Update(ctx context.Context, cmd Command, decide func(State) (Decision, error)) (Outcome, error) {
	var (
		found   = &loaded{}
		kept    *ledger.Kept
		outcome Outcome
	)
	load := ledger.Begin()
	ledger.QueueLock(load, cmd.User)
	queueAccess(load, cmd.User, &found.state.Grocery)
	if cmd.Key != nil {
		ledger.QueueKept(load, cmd.User, cmd.Key.Value, &kept)
	}
	found.queue(load, cmd.User, cmd.Recipe)
	if cmd.AsOf > 0 {
		queueAsOf(load, cmd, &found.state)
	}
	if cmd.Deletes {
		queueClock(load, &found.state.Clock)
	}

	err := s.transact(ctx, cmd.User, load, func() (*pgx.Batch, error) {
		if kept != nil {
			var err error
			outcome, err = replayed(kept, cmd.Key)
			return nil, err
		}
		decision, err := decide(found.state)
		if err != nil {
			return nil, err
		}
		outcome.Answer = decision.Answer
		return s.writes(cmd, found.state, decision, &outcome.Change)
	})
	if isFull(err) {
		err = ErrTooManyRecipes
	}
	if err != nil {
		return Outcome{}, fmt.Errorf("update recipe %s of user %s: %w", cmd.Recipe, cmd.User, err)
	}
	if outcome.Change > 0 {
		s.hint()
	}
	return outcome, nil
}

func replayed(kept *ledger.Kept, key *Key) (Outcome, error) {
	answer, err := kept.Replay(key)
	return Outcome{Answer: answer, Replayed: true}, err
}

// writes gives nil where there is nothing to write.
func (s *Store) writes(cmd Command, was State, d Decision, change *int64) (*pgx.Batch, error) {
	if d.Event == nil && cmd.Key == nil {
		return nil, nil
	}
	batch := &pgx.Batch{}
	now := Now()
	if d.Event != nil {
		ledger.QueueDraw(batch, cmd.User, change)
	}
	if d.Recipe != nil && !was.Exists {
		s.queueRoom(batch, cmd.User)
	}
	if d.Recipe != nil {
		if err := queueReplace(batch, cmd.User, *d.Recipe, d.Event.Type == events.RecipeDeleted); err != nil {
			return nil, err
		}
	}
	var entry *ledger.Entry
	if d.Event != nil {
		made := entryOf(*d.Event)
		entry = &made
		ledger.QueueEntry(batch, cmd.User, made, cmd.TraceParent, now)
	}
	if cmd.Key != nil {
		ledger.QueueKeep(batch, cmd.User, *cmd.Key, d.Answer, entry, now)
	}
	return batch, nil
}

// queueAccess reads the account's right anew: the session's copy may be a moment behind a revocation.
func queueAccess(batch *pgx.Batch, user string, grocery *bool) {
	batch.Queue(`SELECT grocery AND NOT disabled FROM users WHERE id = $1`, user).
		QueryRow(func(row pgx.Row) error { return ledger.NoUser(row.Scan(grocery)) })
}

// loaded gathers a recipe from its rows.
type loaded struct {
	state State
}

func (l *loaded) queue(batch *pgx.Batch, user, id string) {
	batch.Queue(selectRecipe, user, id).QueryRow(func(row pgx.Row) error {
		recipe, deleted, err := scanRecipe(row)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		l.state.Recipe, l.state.Exists = recipe, !deleted
		return err
	})
	batch.Queue(`SELECT text, quantity, quantity_max, unit, name, note, section, second
		FROM ingredients WHERE user_id = $1 AND recipe_id = $2 ORDER BY position`, user, id).
		Query(func(rows pgx.Rows) error {
			ingredients, err := pgx.CollectRows(rows, pgx.RowToStructByPos[events.Ingredient])
			l.state.Recipe.Ingredients = ingredients
			return err
		})
}

const selectRecipe = `SELECT id, version, name, description, servings, prep_minutes, cook_minutes, source_url,
	tags, notes, steps, files, created_at, updated_at, deleted_at
	FROM recipes WHERE user_id = $1 AND id = $2`

// scanRecipe reads a row of selectRecipe or of a query with the same columns. The ingredients are nil.
func scanRecipe(row pgx.Row) (r events.Recipe, deleted bool, err error) {
	var (
		steps, files []byte
		deletedAt    *time.Time
	)
	err = row.Scan(&r.ID, &r.Version, &r.Name, &r.Description, &r.Servings, &r.PrepMinutes, &r.CookMinutes,
		&r.SourceURL, &r.Tags, &r.Notes, &steps, &files, &r.CreatedAt, &r.UpdatedAt, &deletedAt)
	if err != nil {
		return events.Recipe{}, false, err
	}
	if err := json.Unmarshal(steps, &r.Steps); err != nil {
		return events.Recipe{}, false, fmt.Errorf("read the steps of recipe %s: %w", r.ID, err)
	}
	if err := json.Unmarshal(files, &r.Files); err != nil {
		return events.Recipe{}, false, fmt.Errorf("read the files of recipe %s: %w", r.ID, err)
	}
	r.CreatedAt, r.UpdatedAt = r.CreatedAt.UTC(), r.UpdatedAt.UTC()
	return r, deletedAt != nil, nil
}
