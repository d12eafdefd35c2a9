package ledger

import (
	"time"

	"github.com/jackc/pgx/v5"

	"larder.dev/internal/tables"
)

// Deletion is the row of the ledger that a recipe's deletion is kept in, as it is once the recipe is forgotten.
type Deletion struct {
	User, ID      string // whose, and the id of what was deleted
	Subject       string
	Version       int64
	Change        int64
	SchemaVersion int
	Data          []byte // JSON, without text
}

// removalsKept is how long a database that isn't the primary remembers what is to be taken out of the stream: until the
// primary has surely done it.
const removalsKept = 24 * time.Hour

// QueueForget takes the text of a deleted recipe out of the ledger, and notes that it is to go from the stream. What is
// left is the row of the deletion and those of the grocery requests, with their numbers. They wait for the relay again,
// and keep their old place in the stream until then, by which the relay knows them. A request that was sent before the
// ledger was restored from a dump has none, and isn't published.
func QueueForget(batch *pgx.Batch, d Deletion) { queueForget(batch, d, true) }

func queueForget(batch *pgx.Batch, d Deletion, publish bool) {
	batch.Queue(tables.DropVersions, d.Subject, d.Version)
	batch.Queue(tables.EmptyDeletion, d.Subject, d.Version, d.Data, d.SchemaVersion, publish)
	batch.Queue(tables.EmptyRequests, d.User, d.ID, d.Change, publish)
	batch.Queue(tables.NoteRemoval, d.User, d.ID, d.Version)
}

// QueueForgetOnBackup is QueueForget for the database that follows the primary, where nothing waits for a relay.
func QueueForgetOnBackup(batch *pgx.Batch, d Deletion) {
	queueForget(batch, d, false)
	batch.Queue(tables.DropRemovals, Now().Add(-removalsKept))
}
