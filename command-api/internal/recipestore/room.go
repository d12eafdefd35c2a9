package recipestore

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgres"
)

// ErrTooManyRecipes means a write would exceed the user's recipe limit.
var ErrTooManyRecipes = errors.New("the user has as many recipes as they may")

// hasRoom fails with a division by zero if the user has reached the limit: only a failing statement
// aborts a transaction whose statements are sent together, without waiting for a result.
//
// A user with fewer changes than the limit can't have reached it, so hardly anyone's recipes are
// counted.
const hasRoom = `SELECT CASE WHEN change <= $2 THEN 1 ELSE 1 / greatest($2 - (SELECT count(*) FROM recipes
		WHERE user_id = $1 AND deleted_at IS NULL), 0) END
	FROM user_changes WHERE user_id = $1`

const divisionByZero = "22012"

// queueRoom makes the transaction fail if the user has reached the limit. Queue it after
// ledger.QueueDraw, which takes the user's lock, and before writing the recipe.
func (s *Store) queueRoom(batch *pgx.Batch, user string) {
	if s.maxRecipes > 0 {
		batch.Queue(hasRoom, user, s.maxRecipes)
	}
}

func isFull(err error) bool { return err != nil && postgres.Code(err) == divisionByZero }
