package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"larder.dev/internal/tables"
)

// sweepSize bounds the rows that one statement of SweepKeys deletes, and so how long it holds their locks.
const sweepSize = 5_000

// SweepKeys forgets the keys that are older than KeyLifetime, and gives how many.
func SweepKeys(ctx context.Context, pool *pgxpool.Pool) (int64, error) {
	total := int64(0)
	for {
		gone, err := tables.New(pool).SweepKeys(ctx, tables.SweepKeysParams{Before: Now().Add(-KeyLifetime), Most: sweepSize})
		if err != nil {
			return total, fmt.Errorf("sweep the idempotency keys: %w", err)
		}
		total += gone
		if gone < sweepSize {
			return total, nil
		}
	}
}
