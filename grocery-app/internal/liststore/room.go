package liststore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

// keptFactor is how many rows a user may have per allowed item: removed parts are kept for undo,
// and foods' places for ever.
const keptFactor = 10

// Bound limits the items of each list; 0 means no limit. Call it before using the store.
func (s *Store) Bound(items int64) { s.maxItems = items }

// checkRoom returns *list.TooMany if more items would exceed the limit of a user's list. The caller
// holds the list's lock.
func (s *Store) checkRoom(ctx context.Context, tx pgx.Tx, user string, more int64) error {
	if s.maxItems == 0 {
		return nil
	}
	var items, kept, foods int64
	err := tx.QueryRow(ctx, `SELECT count(*) FILTER (WHERE removed = ''), count(*),
			(SELECT count(*) FROM foods WHERE user_id = $1)
		FROM parts WHERE user_id = $1`, user).Scan(&items, &kept, &foods)
	if err != nil {
		return fmt.Errorf("count the items of %s: %w", user, err)
	}
	if items+more > s.maxItems || foods > s.maxItems || kept+more > keptFactor*s.maxItems {
		return &list.TooMany{Limit: s.maxItems}
	}
	return nil
}
