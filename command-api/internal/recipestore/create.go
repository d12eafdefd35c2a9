package recipestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
)

// Create writes a recipe with an id that was made just now, in one round trip: there is nothing to look at
// first, so the statements are sent together, and Postgres takes what is sent together as one transaction.
// A key that was used before makes the whole of it fail, and the first answer is given instead.
//
// The errors are those of Update.
func (s *Store) Create(ctx context.Context, cmd Command, d Decision) (Outcome, error) {
	outcome := Outcome{Answer: d.Answer}
	batch := ledger.Together()
	now, entry := Now(), entryOf(*d.Event)
	ledger.QueueDraw(batch, cmd.User, &outcome.Change)
	if cmd.Key != nil {
		ledger.QueueKeep(batch, cmd.User, *cmd.Key, d.Answer, &entry, now)
	}
	s.queueRoom(batch, cmd.User)
	queueInsert(batch, cmd.User, *d.Recipe, d.Event.Data)
	ledger.QueueEntry(batch, cmd.User, entry, cmd.TraceParent, now)

	err := s.inTurn(ctx, cmd.User, func() error { return ledger.Send(ctx, s.pool, batch) })
	switch {
	case err == nil:
		s.hint()
		return outcome, nil
	case isFull(err):
		return Outcome{}, ErrTooManyRecipes
	case cmd.Key != nil && postgres.Conflict(err, "idempotency_keys_pkey"):
		outcome, err = s.replay(ctx, cmd)
		if err == nil {
			return outcome, nil
		}
	}
	return Outcome{}, fmt.Errorf("create recipe %s of user %s: %w", cmd.Recipe, cmd.User, err)
}

var errKeyGone = errors.New("the key of the command was swept away meanwhile")

func (s *Store) replay(ctx context.Context, cmd Command) (Outcome, error) {
	var kept *ledger.Kept
	batch := &pgx.Batch{}
	ledger.QueueKept(batch, cmd.User, cmd.Key.Value, &kept)
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return Outcome{}, err
	}
	if kept == nil {
		return Outcome{}, errKeyGone
	}
	return replayed(kept, cmd.Key)
}
