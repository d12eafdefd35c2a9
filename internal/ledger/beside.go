package ledger

import "github.com/jackc/pgx/v5"

// Beside is what another component writes in the transaction of a write that it has asked for: both
// happen, or neither.
type Beside struct {
	// Open is queued behind the user's lock, for what has to be read.
	Open func(batch *pgx.Batch)
	// Close is queued behind the write. Its error undoes everything, and is passed on.
	Close func(batch *pgx.Batch) error
}
