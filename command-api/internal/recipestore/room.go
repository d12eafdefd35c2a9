package recipestore

import (
	"errors"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/postgres"
)

// ErrTooManyRecipes is the error of a write that would make more recipes than a user may have.
var ErrTooManyRecipes = errors.New("the user has as many recipes as they may")

// hasRoom fails with a division by zero where a user has as many recipes as they may: a failing statement is the one thing
// that undoes a transaction whose statements are sent together, without waiting for the answer to one of them.
//
// Who has made fewer changes than they may have recipes can't have too many recipes, so that hardly anybody's are counted.
const hasRoom = `SELECT CASE WHEN change <= $2 THEN 1 ELSE 1 / greatest($2 - (SELECT count(*) FROM recipes
		WHERE user_id = $1 AND deleted_at IS NULL), 0) END
	FROM user_changes WHERE user_id = $1`

const divisionByZero = "22012"

// queueRoom lets the transaction fail where a user may have no more recipes. It stands after ledger.QueueDraw, which holds
// the user's lock, and before the recipe is written.
func (s *Store) queueRoom(batch *pgx.Batch, user string) {
	if s.maxRecipes > 0 {
		batch.Queue(hasRoom, user, s.maxRecipes)
	}
}

func isFull(err error) bool { return err != nil && postgres.Code(err) == divisionByZero }
