package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// sweepSize bounds the rows that one statement of SweepKeys deletes, and so how long it holds their locks.
const sweepSize = 5_000

// SweepKeys forgets the keys that are older than KeyLifetime, and gives how many.
func SweepKeys(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	total := int64(0)
	for {
		tag, err := pool.Exec(ctx, `DELETE FROM idempotency_keys WHERE ctid IN
			(SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2)`, Now().Add(-KeyLifetime), sweepSize)
		if err != nil {
			return total, fmt.Errorf("sweep the idempotency keys: %w", err)
		}
		total += tag.RowsAffected()
		if tag.RowsAffected() < sweepSize {
			return total, nil
		}
	}
}
