package recipestore

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/ledger"
	"larder.dev/internal/postgres"
)

// Create writes a recipe with a freshly generated id in one round trip: there is no state to load,
// so all statements are sent together, which makes them one transaction. If the key was used
// before, the whole transaction fails, and the first answer is returned.
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
	queueInsert(batch, cmd.User, d.Recipe.ID, entry, cmd.TraceParent, now)

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
