package ledger

import (
	"github.com/jackc/pgx/v5"

	"larder.dev/internal/bulkhead"
)

// waitingWrites is how many writes of one user wait for their turn in a process. A phone sends one after the other; the
// writes of a hundred devices of one person fit.
const waitingWrites = 128

// Turns has the writes of each user come one after the other in this process, and each wait without a connection:
// as many connections as a pool has, all waiting for one user's lock, would keep everybody from the database.
func Turns() *bulkhead.Bulkhead { return bulkhead.New(1, waitingWrites) }

// again gives a batch to send for one sent before. The one that was sent knows the prepared statements of its
// connection, and the next may be another.
func again(batch *pgx.Batch) *pgx.Batch {
	fresh := &pgx.Batch{QueuedQueries: make([]*pgx.QueuedQuery, len(batch.QueuedQueries))}
	for i, q := range batch.QueuedQueries {
		fresh.QueuedQueries[i] = &pgx.QueuedQuery{SQL: q.SQL, Arguments: q.Arguments, Fn: q.Fn}
	}
	return fresh
}
