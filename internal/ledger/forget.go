package ledger

import (
	"time"

	"github.com/jackc/pgx/v5"
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

// Forgotten is the condition, in SQL, of a row of the ledger called alias that is a deletion of which only the numbers are
// left, as [events.Recipe.Forgotten] has it.
func Forgotten(alias string) string {
	return alias + `.type = 'recipe.deleted' AND ` + alias + `.data ->> 'name' = ''`
}

// removalsKept is how long a database that isn't the primary remembers what is to be taken out of the stream: until the
// primary has surely done it.
const removalsKept = 24 * time.Hour

// The deleted row and what came before it are found by the index event_log_by_subject, the grocery requests by
// event_log_groceries. What is left of a request is written as encoding/json writes it. The rows say nothing more that
// would have to be packed, so they go without the filler.
const (
	dropVersions = `DELETE FROM event_log
		WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version < $2`

	emptyDeletion = `UPDATE event_log SET data = $3, schema_version = $4, traceparent = '', filler = NULL,
			published_at = CASE WHEN $5 THEN NULL ELSE published_at END, stream_sequence = coalesce(stream_sequence, 0)
		WHERE hashtextextended(subject, 0) = hashtextextended($1, 0) AND subject = $1 AND version = $2`

	emptyRequests = `UPDATE event_log SET traceparent = '', filler = NULL,
			published_at = CASE WHEN $4 AND stream_sequence > 0 THEN NULL ELSE published_at END,
			data = ('{"request_id":' || (data -> 'request_id')::text || ',"recipe":{"id":' || (data -> 'recipe' -> 'id')::text
				|| ',"name":""},"servings":null,"items":[]}')::json
		WHERE user_id = $1 AND type = 'grocery.requested' AND data -> 'recipe' ->> 'id' = $2
			AND change < $3 AND data -> 'recipe' ->> 'name' <> ''`
)

// NoteRemoval notes that what the stream has of a recipe ($1 its user, $2 its id) before a version ($3) is to be taken out of
// it. It may be noted already.
const NoteRemoval = `INSERT INTO text_removals (user_id, recipe_id, version) VALUES ($1, $2, $3)
	ON CONFLICT (user_id, recipe_id) DO UPDATE SET
		version = greatest(text_removals.version, excluded.version), noted_at = excluded.noted_at`

// QueueForget takes the text of a deleted recipe out of the ledger, and notes that it is to go from the stream. What is
// left is the row of the deletion and those of the grocery requests, with their numbers. They wait for the relay again,
// and keep their old place in the stream until then, by which the relay knows them. A request that was sent before the
// ledger was restored from a dump has none, and isn't published.
func QueueForget(batch *pgx.Batch, d Deletion) { queueForget(batch, d, true) }

func queueForget(batch *pgx.Batch, d Deletion, publish bool) {
	batch.Queue(dropVersions, d.Subject, d.Version)
	batch.Queue(emptyDeletion, d.Subject, d.Version, d.Data, d.SchemaVersion, publish)
	batch.Queue(emptyRequests, d.User, d.ID, d.Change, publish)
	batch.Queue(NoteRemoval, d.User, d.ID, d.Version)
}

// QueueForgetOnBackup is QueueForget for the database that follows the primary, where nothing waits for a relay.
func QueueForgetOnBackup(batch *pgx.Batch, d Deletion) {
	queueForget(batch, d, false)
	batch.Queue(`DELETE FROM text_removals WHERE noted_at < $1`, Now().Add(-removalsKept))
}
