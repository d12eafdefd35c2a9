package recipestore

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgres"
	"larder.dev/internal/tables"
)

// ErrTooManyRecipes means a write would exceed the user's recipe limit.
var ErrTooManyRecipes = errors.New("the user has as many recipes as they may")

// divisionByZero is the error of HasRoom for a user without room.
const divisionByZero = "22012"

// queueRoom makes the transaction fail if the user has reached the limit. Queue it after
// ledger.QueueDraw, which takes the user's lock, and before writing the recipe.
func (s *Store) queueRoom(batch *pgx.Batch, user string) {
	if s.maxRecipes > 0 {
		batch.Queue(tables.HasRoom, user, s.maxRecipes)
	}
}

func isFull(err error) bool { return err != nil && postgres.Code(err) == divisionByZero }
