package recipestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/events"
	"larder.dev/internal/ledger"
	"larder.dev/internal/tables"
	"larder.dev/recipe"
)

// Update runs one command in one transaction of two round trips: it takes the user's lock, loads
// the command's state, calls decide, and writes the decision with its event and, under the key, its
// answer. If the key was used before, it returns the first answer without calling decide.
//
// What others write beside it is in the same transaction, if there is an event to write.
//
// It returns ErrNoUser, ErrKeyReused, ErrTooManyRecipes, decide's error, or the database's. After a
// database error the transaction may have been committed; a repeat with the same key finds out.
func (s *Store) Update(ctx context.Context, cmd Command, decide func(State) (Decision, error), beside ...ledger.Beside) (Outcome, error) {
	var (
		found   State
		kept    *ledger.Kept
		outcome Outcome
	)
	load := ledger.Begin()
	ledger.QueueLock(load, cmd.User)
	queueAccess(load, cmd.User, &found.Grocery)
	if cmd.Key != nil {
		ledger.QueueKept(load, cmd.User, cmd.Key.Value, &kept)
	}
	for _, b := range beside {
		b.Open(load)
	}
	queueRecipe(load, cmd.User, cmd.Recipe, &found)
	if cmd.AsOf > 0 {
		queueAsOf(load, cmd, &found)
	}
	if cmd.Expects > 0 {
		load.Queue(tables.MarksAfter, events.RecipeSubject(cmd.User, cmd.Recipe), cmd.Expects).
			QueryRow(func(row pgx.Row) error { return row.Scan(&found.Marks) })
	}
	if cmd.Deletes {
		queueClock(load, &found.Clock)
	}

	err := s.transact(ctx, cmd.User, load, func() (*pgx.Batch, error) {
		if kept != nil {
			var err error
			outcome, err = replayed(kept, cmd.Key)
			return nil, err
		}
		decision, err := decide(found)
		if err != nil {
			return nil, err
		}
		outcome.Answer = decision.Answer
		batch := s.writes(cmd, found, decision, &outcome.Change)
		if decision.Event == nil {
			return batch, nil
		}
		for _, b := range beside {
			if err := b.Close(batch); err != nil {
				return nil, err
			}
		}
		return batch, nil
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

// writes returns nil if there is nothing to write.
func (s *Store) writes(cmd Command, was State, d Decision, change *int64) *pgx.Batch {
	if d.Event == nil && cmd.Key == nil {
		return nil
	}
	batch := &pgx.Batch{}
	now := Now()
	if d.Event != nil {
		ledger.QueueDraw(batch, cmd.User, change)
	}
	if d.Recipe != nil && !was.Exists {
		s.queueRoom(batch, cmd.User)
	}
	var entry *ledger.Entry
	if d.Event != nil {
		made := entryOf(*d.Event)
		entry = &made
	}
	switch {
	case d.Recipe != nil:
		queueReplace(batch, cmd.User, d.Recipe.ID, *entry, cmd.TraceParent, now)
	case d.Event != nil:
		ledger.QueueEntry(batch, cmd.User, *entry, cmd.TraceParent, now)
	}
	if cmd.Key != nil {
		ledger.QueueKeep(batch, cmd.User, *cmd.Key, d.Answer, entry, now)
	}
	return batch
}

// queueAccess reads the account's access again: the session's copy may lag behind a revocation.
func queueAccess(batch *pgx.Batch, user string, grocery *bool) {
	batch.Queue(tables.HasGrocery, user).
		QueryRow(func(row pgx.Row) error { return ledger.NoUser(row.Scan(grocery)) })
}

// queueRecipe reads a recipe's current state.
func queueRecipe(batch *pgx.Batch, user, id string, into *State) {
	batch.Queue(tables.Recipe, user, id).QueryRow(func(row pgx.Row) error {
		var r tables.RecipeRow
		err := row.Scan(&r.Change, &r.Deleted, &r.Recipe, &r.Ingredients)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err == nil {
			into.Exists = !r.Deleted
			into.Recipe, err = recipe.Decode(r.Recipe, r.Ingredients)
		}
		return err
	})
}
