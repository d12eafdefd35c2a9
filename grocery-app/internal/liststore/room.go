package liststore

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"larder.dev/grocery-app/internal/list"
)

// keptFactor is how many rows a user may have for each item of the list: what was taken off is kept to be undone, and what
// was learnt of foods for good.
const keptFactor = 10

// Bound lets a list have so many items and no more; 0 is any number. It is for the time before the store is used.
func (s *Store) Bound(items int64) { s.maxItems = items }

// checkRoom gives *list.TooMany where a user's list would have more than it may with so many items more. It is asked under
// the list's lock.
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
